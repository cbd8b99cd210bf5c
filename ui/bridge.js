// The boundary to Rust, and the only file that knows Tauri.
/** @import { Command, Snapshot, Update } from "./contract" */

const { core, event } = window.__TAURI__;

/**
 * Asks Rust for something; rejects with a Fault.
 * @param {Command} command
 * @returns {Promise<void>}
 */
export function send(command) {
  return core.invoke("send", { command });
}

/**
 * Hears of every change, and has the state that the changes begin from. Listening starts first, so that none is lost.
 * @param {(snapshot: Snapshot) => void} begin
 * @param {(update: Update) => void} change
 */
export async function follow(begin, change) {
  /** @type {(value?: unknown) => void} */
  let open = () => {};
  const begun = new Promise((resolve) => (open = resolve));
  await event.listen("update", ({ payload }) => void begun.then(() => change(payload)));
  begin(await core.invoke("snapshot"));
  open();
}

/**
 * The address of the frozen screenshot; it differs between systems.
 * @returns {string}
 */
export function screenshotAddress() {
  return core.convertFileSrc("screen", "eyebright");
}
