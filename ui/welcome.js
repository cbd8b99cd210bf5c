// The welcome of the first start, and the help ever after: what the app does, its keys, and buttons to try them.
/** @import { Hotkeys } from "./contract" */
import { ACTIONS } from "./actions.js";
import { attempt } from "./attempt.js";
import { inWords } from "./combination.js";
import { byId, copyOf, only } from "./dom.js";
import { panel } from "./panel.js";
import { readingField } from "./reading-field.js";
import { text } from "./strings.js";

export function mountWelcome() {
  const intro = readingField(byId("welcome-text", HTMLTextAreaElement));
  const keys = readingField(byId("welcome-keys", HTMLTextAreaElement));
  const frame = panel("welcome", () => {}, intro.focus);
  let first = false;

  byId("try-rows", HTMLElement).append(
    ...ACTIONS.map(({ action, label }) => {
      const row = copyOf("try-row");
      only(row, "button", HTMLElement).dataset.action = action;
      only(row, ".try-name", HTMLElement).dataset.string = label;
      only(row, "kbd", HTMLElement).dataset.hotkey = action;
      return row;
    }),
  );
  for (const id of ["welcome-close", "welcome-toggle"]) {
    byId(id, HTMLButtonElement).addEventListener("click", () => {
      if (first) void attempt({ kind: "welcome_done" }, byId("welcome-fault", HTMLElement));
      first = false;
    });
  }

  return {
    /** @param {Hotkeys} hotkeys */
    show(hotkeys) {
      const words = Object.fromEntries(ACTIONS.map(({ action }) => [action, inWords(hotkeys[action])]));
      intro.show(text("ui.welcome.text", words));
      keys.show(text("ui.welcome.keys"));
    },
    open: frame.open,
    openFirst() {
      first = true;
      frame.open();
    },
  };
}
