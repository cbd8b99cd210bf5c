// All that the window says, in the language in use. Elements name their string: data-string fills their text,
// data-string-label their aria-label.

const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];

/** @type {Record<string, string>} */
let table = {};

/**
 * @param {Record<string, string>} strings
 * @param {string} language
 */
export function setStrings(strings, language) {
  table = strings;
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
  translate(document);
}

/**
 * The string of a key; `{name}` in it becomes the value of that name.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function text(key, values = {}) {
  return (table[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** @param {ParentNode} root */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-string]")) {
    element.textContent = text(element.getAttribute("data-string") ?? "");
  }
  for (const element of root.querySelectorAll("[data-string-label]")) {
    element.setAttribute("aria-label", text(element.getAttribute("data-string-label") ?? ""));
  }
}
