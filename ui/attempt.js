// Commands whose rejection is shown next to where it happened. Rust speaks it too.
/** @import { Command } from "./contract" */
import { send } from "./bridge.js";

/**
 * Sends a command; a fault appears in the area (role="alert"), which is emptied first.
 * @param {Command} command
 * @param {HTMLElement} area
 * @returns {Promise<boolean>} whether it was accepted
 */
export async function attempt(command, area) {
  area.textContent = "";
  try {
    await send(command);
    return true;
  } catch (reason) {
    area.textContent = messageOf(reason);
    return false;
  }
}

/**
 * A Fault's message; what Tauri itself rejects is a plain string.
 * @param {unknown} reason
 * @returns {string}
 */
function messageOf(reason) {
  if (typeof reason === "object" && reason !== null && "message" in reason) return String(reason.message);
  return String(reason);
}
