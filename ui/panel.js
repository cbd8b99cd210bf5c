// A section that a button in the header opens and closes.
import { byId } from "./dom.js";

/**
 * @param {"settings" | "welcome"} name
 * @param {() => void} opened
 * @param {() => void} [focus] where to; the section's heading if not told
 */
export function panel(name, opened, focus = () => byId(`${name}-heading`, HTMLElement).focus()) {
  const section = byId(name, HTMLElement);
  const toggle = byId(`${name}-toggle`, HTMLButtonElement);

  /** @param {boolean} shown */
  function set(shown) {
    section.hidden = !shown;
    toggle.setAttribute("aria-expanded", String(shown));
  }

  function open() {
    set(true);
    opened();
    focus();
  }

  function close() {
    set(false);
    toggle.focus();
  }

  toggle.addEventListener("click", () => (section.hidden ? open() : close()));
  byId(`${name}-close`, HTMLButtonElement).addEventListener("click", close);
  return { open };
}
