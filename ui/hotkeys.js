// The hotkeys of the settings: one field for each action, none used twice.
/** @import { Hotkeys } from "./contract" */
import { ACTIONS } from "./actions.js";
import { inWords } from "./combination.js";
import { byId, copyOf, only } from "./dom.js";
import { hotkeyField } from "./hotkey-field.js";
import { text } from "./strings.js";

/**
 * @param {(hotkeys: Hotkeys, fault: HTMLElement, focus: () => void) => void} changed
 */
export function mountHotkeys(changed) {
  /** @type {Hotkeys} */
  let hotkeys;
  const rows = ACTIONS.map(({ action, label }) => {
    const row = copyOf("hotkey-row");
    const name = only(row, ".hotkey-name", HTMLElement);
    const button = only(row, "button", HTMLButtonElement);
    const fault = only(row, ".fault", HTMLElement);
    name.dataset.string = label;
    name.id = `hotkey-name-${action}`;
    button.id = `hotkey-${action}`;
    fault.id = `hotkey-fault-${action}`;
    button.setAttribute("aria-labelledby", `${name.id} ${button.id}`);
    button.setAttribute("aria-describedby", `hotkeys-hint ${fault.id}`);

    const refused = (/** @type {string} */ message) => void (fault.textContent = message);
    const field = hotkeyField(button, choose, refused);
    /** @param {string} combination */
    function choose(combination) {
      const other = ACTIONS.find((one) => one.action !== action && hotkeys[one.action] === combination);
      if (combination !== "" && other) {
        refused(text("ui.hotkeys.conflict", { keys: inWords(combination), action: text(other.label) }));
      } else {
        field.show(combination);
        changed({ ...hotkeys, [action]: combination }, fault, field.focus);
      }
    }
    return { row, action, field };
  });
  byId("hotkey-rows", HTMLElement).append(...rows.map(({ row }) => row));

  return {
    /** @param {Hotkeys} now */
    show(now) {
      hotkeys = now;
      for (const { action, field } of rows) field.show(now[action]);
    },
  };
}
