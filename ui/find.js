// Looks for entries of all sessions. What is found takes the place of this session's entries until the person has done with it.
/** @import { Found } from "./contract" */
import { attempt } from "./attempt.js";
import { byId } from "./dom.js";
import { text } from "./strings.js";

export function mountFind() {
  const form = byId("find-form", HTMLFormElement);
  const field = byId("find-text", HTMLInputElement);
  const result = byId("find-result", HTMLElement);
  const over = byId("find-over", HTMLElement);
  const fault = byId("history-fault", HTMLElement);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void attempt({ kind: "find", text: field.value.trim() }, fault);
  });
  byId("find-end", HTMLButtonElement).addEventListener("click", () => {
    field.value = "";
    field.focus();
    void attempt({ kind: "find", text: "" }, fault);
  });

  return {
    /** Whether the person waits in the form for what will be found. */
    hasFocus: () => form.contains(document.activeElement) && field.value !== "",
    /** @param {Found | null} found */
    show(found) {
      over.hidden = !found;
      result.textContent = found ? words(found) : "";
    },
  };
}

/** @param {Found} found @returns {string} */
function words({ words, entries }) {
  if (entries.length === 0) return text("ui.find.none", { words });
  return text("ui.find.found", { words, count: entries.length });
}
