// A button that records the next combination of keys. It starts with Enter, Space or a click, so that walking past it
// records nothing; Tab leaves it as ever.
import { combinationOf, inWords, leavesTypingAlone } from "./combination.js";
import { send } from "./bridge.js";
import { focusAnew } from "./focus.js";
import { text } from "./strings.js";

/**
 * @param {HTMLButtonElement} button
 * @param {(combination: string) => void} chosen "" switches the hotkey off
 * @param {(message: string) => void} refused the key cannot be a hotkey
 */
export function hotkeyField(button, chosen, refused) {
  let combination = "";
  let recording = false;

  /** @param {boolean} now */
  function record(now) {
    // Keys that work everywhere would not come here: while one is recorded, they are let go.
    if (now !== recording) void send({ kind: "record_hotkey", on: now }).catch(() => {});
    recording = now;
    button.classList.toggle("recording", now);
    button.textContent = now ? text("ui.hotkeys.press") : inWords(combination);
  }

  const focus = () => focusAnew(button);

  /** @param {string} next */
  function choose(next) {
    record(false);
    if (next === "" || leavesTypingAlone(next)) chosen(next);
    else refused(text("ui.hotkeys.hold"));
    focus();
  }

  button.addEventListener("click", () => {
    refused("");
    record(true);
  });
  button.addEventListener("blur", () => record(false));
  button.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.altKey && !event.shiftKey && !event.metaKey;
    if (plain && (event.key === "Backspace" || event.key === "Delete")) {
      event.preventDefault();
      choose("");
      return;
    }
    if (!recording || event.key === "Tab") return;
    // From here on every key is the field's, none reaches the window.
    event.preventDefault();
    if (plain && event.key === "Escape") return record(false);
    const next = event.repeat ? null : combinationOf(event); // a long Enter that began it does not end it
    if (next !== null) choose(next);
  });

  return {
    /** @param {string} next */
    show(next) {
      combination = next;
      if (!recording) record(false);
    },
    focus,
  };
}
