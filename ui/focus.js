// Long enough for a screen reader to notice that the focus had left.
const GONE_MS = 50;
// Long enough for Orca to have done with a hotkey on X11, which takes the focus from the window and gives it back.
const KEY_MS = 800;

/**
 * Gives an element the focus. If it has it, it loses and regains it, so that a screen reader reads what is new in it.
 * @param {HTMLElement} element
 */
export function focusAnew(element) {
  if (document.activeElement !== element) return element.focus();
  element.blur();
  setTimeout(() => {
    // Unless the person has gone elsewhere meanwhile.
    if (document.activeElement === document.body) element.focus();
  }, GONE_MS);
}

/** Loads the page anew: after a hotkey Orca reads a field that had the focus before only where the page is another one. */
export function comeAnew() {
  setTimeout(() => location.reload(), KEY_MS);
}
