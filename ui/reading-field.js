// A read-only <textarea> that is as high as its text. Screen readers read it when it takes the focus: Orca says nothing
// of live regions in WebKitGTK, but reads this, and its text can be walked by line, word and letter.
import { focusAnew } from "./focus.js";

/** @param {HTMLTextAreaElement} field */
export function readingField(field) {
  function fit() {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
  }

  let width = 0;
  new ResizeObserver(() => {
    if (field.offsetWidth === width) return;
    width = field.offsetWidth;
    fit();
  }).observe(field);

  return {
    /** @param {string} words */
    show(words) {
      if (field.value === words) return;
      // Who reads keeps the place: words are added while they are spoken.
      const { selectionStart, selectionEnd } = field;
      const reading = document.activeElement === field;
      field.value = words;
      field.setSelectionRange(reading ? selectionStart : 0, reading ? selectionEnd : 0);
      fit();
    },

    focus: () => focusAnew(field),
  };
}
