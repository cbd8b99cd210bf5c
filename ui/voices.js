// The list of voices. Some systems take seconds to name theirs, so it is asked for when the settings first open.
/** @import { Voice } from "./contract" */
import { attempt } from "./attempt.js";
import { byId } from "./dom.js";
import { text } from "./strings.js";

export function mountVoices() {
  const select = byId("settings-voice", HTMLSelectElement);
  const waiting = byId("voices-waiting", HTMLElement);
  const fault = byId("voice-fault", HTMLElement);
  /** @type {Voice[] | null} */
  let known = null;

  byId("try-voice", HTMLButtonElement).addEventListener("click", () => void attempt({ kind: "try_voice" }, fault));

  /** @param {Voice[]} voices @param {string} chosen */
  function show(voices, chosen) {
    known = voices;
    waiting.hidden = true;
    choose(chosen);
  }

  /** @param {string} chosen an id, "" for the system's choice */
  function choose(chosen) {
    const options = groupsOf(known ?? []);
    // The voice in use can be chosen even before, or without, being listed.
    const listed = chosen === "" || known?.some(({ id }) => id === chosen);
    if (!listed) options.unshift(new Option(chosen, chosen));
    select.replaceChildren(new Option(text("ui.settings.voice_system"), ""), ...options);
    select.value = chosen;
  }

  async function list() {
    if (known) return;
    waiting.hidden = false;
    if (!(await attempt({ kind: "list_voices" }, fault))) waiting.hidden = true;
  }

  return { show, choose, list };
}

/**
 * @param {Voice[]} voices
 * @returns {HTMLElement[]}
 */
function groupsOf(voices) {
  /** @type {Map<string, HTMLOptGroupElement>} */
  const groups = new Map();
  for (const { id, name, language } of voices) {
    const group = groups.get(language) ?? document.createElement("optgroup");
    group.label = nameOf(language);
    group.append(new Option(name, id));
    groups.set(language, group);
  }
  return [...groups.values()];
}

/**
 * @param {string} language "en-GB"
 * @returns {string} "British English"
 */
function nameOf(language) {
  try {
    return new Intl.DisplayNames(document.documentElement.lang, { type: "language" }).of(language) ?? language;
  } catch {
    return language; // Speech engines invent languages that Intl rejects.
  }
}
