// What was said last, or is being said.
import { byId } from "./dom.js";
import { readingField } from "./reading-field.js";
import { text } from "./strings.js";

export function mountHeard() {
  const area = byId("heard-text", HTMLTextAreaElement);
  const field = readingField(area);
  return {
    /** @param {string} words */
    show(words) {
      const shown = words === "" ? text("ui.heard.nothing") : words;
      field.show(area.wrap === "off" ? shown.replaceAll("\n", " ") : shown);
    },

    /**
     * A screen reader reads the one line that it comes to, as it is seen: with `on` everything stands in one line.
     * @param {boolean} on
     */
    inOneLine(on) {
      area.wrap = on ? "off" : "soft";
    },

    hasFocus: () => document.activeElement === area,
    focus: field.focus,
  };
}
