// Combinations of keys, written "Ctrl+Alt+Shift+Super+KEY".
import { text } from "./strings.js";

const NAMED =
  /^(Space|Enter|Comma|Period|Slash|Semicolon|Quote|BracketLeft|BracketRight|Backslash|Backquote|Minus|Equal|Arrow(Up|Down|Left|Right)|Home|End|PageUp|PageDown)$/;
const FUNCTION = /^F([1-9]|1\d|2[0-4])$/;

/** Parts that are called otherwise in other languages, or are easier to read than their codes. @type {Record<string, string>} */
const NAMES = {
  Ctrl: "ui.key.ctrl",
  Shift: "ui.key.shift",
  Space: "ui.key.space",
  Enter: "ui.key.enter",
  Comma: "ui.key.comma",
  Period: "ui.key.period",
  Minus: "ui.key.minus",
  ArrowUp: "ui.key.up",
  ArrowDown: "ui.key.down",
  ArrowLeft: "ui.key.left",
  ArrowRight: "ui.key.right",
  Home: "ui.key.home",
  End: "ui.key.end",
  PageUp: "ui.key.page_up",
  PageDown: "ui.key.page_down",
};

/**
 * The combination that an event stands for, or null as long as only modifiers are held or the key cannot be one.
 * It is taken from the key's place (`code`), which is the same whatever the layout.
 * @param {KeyboardEvent} event
 * @returns {string | null}
 */
export function combinationOf(event) {
  const key = keyOf(event.code);
  if (key === null) return null;
  const held = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift", event.metaKey && "Super"];
  return [...held.filter(Boolean), key].join("+");
}

/**
 * @param {string} code
 * @returns {string | null}
 */
function keyOf(code) {
  const letterOrDigit = /^(?:Key([A-Z])|Digit(\d))$/.exec(code);
  if (letterOrDigit) return letterOrDigit[1] ?? letterOrDigit[2] ?? null;
  return FUNCTION.test(code) || NAMED.test(code) ? code : null;
}

/**
 * Whether the combination leaves ordinary typing alone: without a modifier only F1 to F24 do.
 * @param {string} combination
 * @returns {boolean}
 */
export function leavesTypingAlone(combination) {
  return /^(Ctrl|Alt|Super)\+/.test(combination) || FUNCTION.test(combination.replace(/^Shift\+/, ""));
}

/**
 * As people call it: "Strg+Alt+D" in German; "" is said to be off.
 * @param {string} combination
 * @returns {string}
 */
export function inWords(combination) {
  if (combination === "") return text("ui.key.off");
  const parts = combination.split("+");
  return parts.map((part) => (NAMES[part] ? text(NAMES[part]) : part)).join("+");
}
