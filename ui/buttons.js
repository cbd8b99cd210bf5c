// Buttons that only send a command: data-action names an action, data-command a command without further parts.
/** @import { Action, Command, Hotkeys } from "./contract" */
import { attempt } from "./attempt.js";
import { inWords } from "./combination.js";
import { only } from "./dom.js";

/** @param {HTMLElement} root */
export function mountButtons(root) {
  root.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-action], [data-command]");
    if (!(button instanceof HTMLElement)) return;
    const section = button.closest("fieldset, section") ?? root;
    void attempt(commandOf(button), only(section, ".fault", HTMLElement));
  });
}

/**
 * @param {HTMLElement} button
 * @returns {Command}
 */
function commandOf(button) {
  const { action, command } = button.dataset;
  if (action) return { kind: "act", action: /** @type {Action} */ (action) };
  return { kind: /** @type {"choose_files" | "paste" | "caption" | "choose_model" | "export_history"} */ (command) };
}

/**
 * Writes the hotkeys beside what they do.
 * @param {ParentNode} root
 * @param {Hotkeys} hotkeys
 */
export function showHotkeys(root, hotkeys) {
  for (const element of root.querySelectorAll("[data-hotkey]")) {
    const combination = hotkeys[/** @type {Action} */ (element.getAttribute("data-hotkey"))];
    element.textContent = combination === "" ? "" : inWords(combination);
  }
}
