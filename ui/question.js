// A typed question about the current picture.
import { attempt } from "./attempt.js";
import { byId } from "./dom.js";

export function mountQuestion() {
  const form = byId("question-form", HTMLFormElement);
  const box = byId("question-text", HTMLInputElement);
  const fault = byId("question-fault", HTMLElement);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const question = box.value.trim();
    box.focus();
    if (question === "") return;
    const accepted = await attempt({ kind: "question", text: question }, fault);
    box.setAttribute("aria-invalid", String(!accepted));
    // A refused question stays, to be mended, and so does what was typed meanwhile.
    if (accepted && box.value.trim() === question) box.value = "";
  });

  return {
    focus() {
      box.focus();
      box.select();
    },
  };
}
