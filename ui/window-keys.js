// The keys of this window; the global ones are Rust's.
/** @import { Command } from "./contract" */
import { attempt } from "./attempt.js";
import { byId } from "./dom.js";

/** @type {Record<string, Command>} */
const WITH_CTRL = {
  o: { kind: "choose_files" },
  q: { kind: "quit" },
  w: { kind: "close" },
};

/** @param {() => void} help what F1 does */
export function mountWindowKeys(help) {
  const fault = byId("window-fault", HTMLElement);
  const described = byId("describe-fault", HTMLElement);
  const paste = () => void attempt({ kind: "paste" }, described);

  document.addEventListener("keydown", (event) => {
    // Whoever has used the key already, such as a hotkey field, keeps it.
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "F1") help();
    else if (event.key === "Escape") void attempt({ kind: "act", action: "stop" }, fault);
    else if (!event.ctrlKey || event.altKey || event.shiftKey || event.metaKey) return;
    else if (letterOf(event) === "v" && !takesText(event.target)) paste();
    else {
      const command = WITH_CTRL[letterOf(event)];
      if (!command) return;
      void attempt(command, command.kind === "choose_files" ? described : fault);
    }
    event.preventDefault();
  });

  // In a text box Ctrl+V pastes text as ever; a picture or copied files are described.
  document.addEventListener("paste", (event) => {
    if (takesText(event.target) && event.clipboardData?.types.includes("text/plain")) return;
    event.preventDefault();
    paste();
  });
}

/**
 * The letter by the layout, or by the key's place where the layout has no Latin letters.
 * @param {KeyboardEvent} event
 * @returns {string}
 */
function letterOf(event) {
  return /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace(/^Key/, "").toLowerCase();
}

/**
 * @param {EventTarget | null} target
 * @returns {boolean}
 */
function takesText(target) {
  if (target instanceof HTMLTextAreaElement) return !target.readOnly;
  return target instanceof HTMLInputElement && ["text", "number"].includes(target.type);
}
