// The elements of index.html, found by id; a missing one is a mistake in the page and stops it at once.

/**
 * @template {HTMLElement} E
 * @param {string} id
 * @param {new () => E} type
 * @returns {E}
 */
export function byId(id, type) {
  return only(document, `#${id}`, type);
}

/**
 * @template {HTMLElement} E
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} type
 * @returns {E}
 */
export function only(root, selector, type) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * A copy of what a <template> holds.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copyOf(id) {
  const inside = byId(id, HTMLTemplateElement).content.firstElementChild;
  if (!(inside instanceof HTMLElement)) throw new Error(`the template ${id} is empty`);
  return /** @type {HTMLElement} */ (inside.cloneNode(true));
}
