// The list of microphones, asked for each time the settings open: they come and go.
import { attempt } from "./attempt.js";
import { byId } from "./dom.js";
import { text } from "./strings.js";

export function mountMicrophones() {
  const select = byId("settings-microphone", HTMLSelectElement);
  const fault = byId("microphone-fault", HTMLElement);
  /** @type {string[]} */
  let known = [];

  /** @param {string[]} names @param {string} chosen */
  function show(names, chosen) {
    known = names;
    choose(chosen);
  }

  /** @param {string} chosen a name, "" for the system's choice */
  function choose(chosen) {
    // One that is not plugged in stands there nevertheless, for it is what is set.
    const names = chosen === "" || known.includes(chosen) ? known : [chosen, ...known];
    const options = names.map((name) => new Option(name, name));
    select.replaceChildren(new Option(text("ui.settings.microphone_system"), ""), ...options);
    select.value = chosen;
  }

  return { show, choose, list: () => void attempt({ kind: "list_microphones" }, fault) };
}
