// Long enough for a screen reader to notice that the focus had left, and for a global hotkey on X11 to have let the
// keyboard go: while it holds it, Orca takes no notice of what happens in the window.
const GONE_MS = 600;

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
