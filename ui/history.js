// What was described in this session, or found in all of them, as a grid: Up and Down walk the entries, Left and Right what can be done with one.
// The grid is one stop of the Tab key.
/** @import { Entry } from "./contract" */
import { attempt } from "./attempt.js";
import { byId, copyOf, only } from "./dom.js";
import { text, translate } from "./strings.js";

/** @typedef {{ row: number, column: number }} Place */

export function mountHistory() {
  const heading = byId("history-heading", HTMLElement);
  const none = byId("history-none", HTMLElement);
  const filled = byId("history-filled", HTMLElement);
  const grid = byId("history-grid", HTMLElement);
  const fault = byId("history-fault", HTMLElement);

  grid.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (button) perform(button);
  });
  grid.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLButtonElement) makeStop(event.target);
  });
  grid.addEventListener("keydown", (event) => {
    const here = event.target instanceof HTMLButtonElement ? event.target : null;
    if (!here || event.altKey || event.shiftKey || event.metaKey) return;
    if (event.key === "Delete") press(here, "forget");
    else if (event.ctrlKey && event.key === "c") press(here, "copy");
    else if (!move(here, event)) return;
    event.preventDefault();
  });
  mountForgetAll(fault);

  /** @param {HTMLButtonElement} button */
  function perform(button) {
    const entry = Number(button.closest("[role=row]")?.getAttribute("data-entry"));
    const kind = /** @type {"select" | "copy" | "forget"} */ (button.dataset.do);
    void attempt({ kind, entry }, fault);
  }

  /** @param {HTMLButtonElement} here @param {string} what */
  function press(here, what) {
    const row = here.closest("[role=row]");
    if (row) perform(only(row, `[data-do=${what}]`, HTMLButtonElement));
  }

  /** @returns {HTMLButtonElement[][]} */
  const buttons = () => [...grid.children].map((row) => [...row.querySelectorAll("button")]);

  /** @param {HTMLButtonElement} stop */
  function makeStop(stop) {
    for (const button of buttons().flat()) button.tabIndex = button === stop ? 0 : -1;
  }

  /** @param {HTMLButtonElement} here @param {KeyboardEvent} event @returns {boolean} whether the key was one that moves */
  function move(here, event) {
    const rows = buttons();
    const row = rows.findIndex((all) => all.includes(here));
    const next = stepped({ row, column: rows[row]?.indexOf(here) ?? 0 }, event, rows.length - 1);
    if (!next) return false;
    rows[next.row]?.[next.column]?.focus();
    return true;
  }

  return {
    focusFirst: () => buttons()[0]?.[0]?.focus(),
    /** @param {Entry[]} entries @param {number | null} current */
    show(entries, current) {
      const before = buttons();
      const row = before.findIndex((all) => all.some((button) => button === document.activeElement));
      const column = before[row]?.findIndex((button) => button === document.activeElement) ?? 0;
      const id = grid.children[row]?.getAttribute("data-entry");

      grid.replaceChildren(...entries.map((entry) => rowOf(entry, entry.id === current)));
      none.hidden = entries.length > 0;
      filled.hidden = entries.length === 0;

      const after = buttons();
      const stop = after[0]?.[0];
      if (stop) makeStop(stop);
      if (row < 0) return;
      // The focus stays with its entry; if that is gone, with the one that took its place.
      const same = entries.findIndex((entry) => String(entry.id) === id);
      (after[same < 0 ? Math.min(row, after.length - 1) : same]?.[column] ?? heading).focus();
    },
  };
}

/**
 * @param {Place} place
 * @param {KeyboardEvent} event
 * @param {number} lastRow
 * @returns {Place | null}
 */
function stepped({ row, column }, event, lastRow) {
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  switch (event.key) {
    case "ArrowUp":
      return { row: Math.max(row - 1, 0), column };
    case "ArrowDown":
      return { row: Math.min(row + 1, lastRow), column };
    case "ArrowLeft":
    case "ArrowRight":
      return { row, column: Math.min(Math.max(column + (event.key === forward ? 1 : -1), 0), 2) };
    case "Home":
      return { row: 0, column };
    case "End":
      return { row: lastRow, column };
    default:
      return null;
  }
}

/**
 * @param {Entry} entry
 * @param {boolean} current
 * @returns {HTMLElement}
 */
function rowOf(entry, current) {
  const row = copyOf("history-row");
  translate(row);
  row.dataset.entry = String(entry.id);
  const say = only(row, "[data-do=select]", HTMLButtonElement);
  if (current) say.setAttribute("aria-current", "true");
  only(row, ".entry-name", HTMLElement).textContent = entry.name;
  only(row, ".entry-words", HTMLElement).textContent = entry.sentences.join(" ");
  only(row, "[data-do=copy]", HTMLButtonElement).ariaLabel = text("ui.history.copy_name", { name: entry.name });
  only(row, "[data-do=forget]", HTMLButtonElement).ariaLabel = text("ui.history.remove_name", { name: entry.name });
  const picture = only(row, "img", HTMLImageElement);
  picture.hidden = entry.picture === null;
  if (entry.picture !== null) picture.src = entry.picture;
  return row;
}

/** Removing all cannot be undone: it is asked about first. @param {HTMLElement} fault */
function mountForgetAll(fault) {
  const dialog = byId("forget-dialog", HTMLDialogElement);
  for (const button of document.querySelectorAll("[data-forget-all]")) {
    button.addEventListener("click", () => dialog.showModal());
  }
  byId("forget-keep", HTMLButtonElement).addEventListener("click", () => dialog.close());
  byId("forget-really", HTMLButtonElement).addEventListener("click", async () => {
    dialog.close();
    if (await attempt({ kind: "forget", entry: null }, fault)) byId("history-heading", HTMLElement).focus();
  });
}
