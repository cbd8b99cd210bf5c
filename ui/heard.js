// What was said last, or is being said.
import { byId } from "./dom.js";
import { readingField } from "./reading-field.js";
import { text } from "./strings.js";

export function mountHeard() {
  const field = readingField(byId("heard-text", HTMLTextAreaElement));
  return {
    /** @param {string} words */
    show: (words) => field.show(words === "" ? text("ui.heard.nothing") : words),
    focus: field.focus,
  };
}
