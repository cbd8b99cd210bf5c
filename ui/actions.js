// What a hotkey or a button can ask for, in the order in which it is listed.
/** @import { Action } from "./contract" */

/** @type {{ action: Action, label: string }[]} */
export const ACTIONS = [
  { action: "screen", label: "ui.action.screen" },
  { action: "window", label: "ui.action.window" },
  { action: "region", label: "ui.action.region" },
  { action: "clipboard", label: "ui.action.clipboard" },
  { action: "ask", label: "ui.action.ask" },
  { action: "repeat", label: "ui.action.repeat" },
  { action: "more", label: "ui.action.more" },
  { action: "spell", label: "ui.action.spell" },
  { action: "alt_text", label: "ui.action.alt_text" },
  { action: "stop", label: "ui.action.stop" },
];
