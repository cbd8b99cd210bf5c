// What the app is doing.
/** @import { Status } from "./contract" */
import { byId } from "./dom.js";
import { text } from "./strings.js";

/** @type {Record<Status, string>} */
const WORDS = {
  idle: "ui.status.idle",
  working: "ui.status.working",
  speaking: "ui.status.speaking",
  choosing_region: "ui.status.choosing_region",
};

export function mountStatus() {
  const line = byId("status", HTMLElement);
  return {
    /** @param {Status} status */
    show(status) {
      line.dataset.status = status;
      line.textContent = text(WORDS[status]);
    },
    /** The app's own voice says it otherwise, and two voices at once are none. @param {boolean} aloud */
    announce(aloud) {
      line.setAttribute("aria-live", aloud ? "polite" : "off");
    },
  };
}
