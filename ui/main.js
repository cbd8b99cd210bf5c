// The window: shows what Rust says, and hands Rust what is asked.
/** @import { Fault, Place, Snapshot, Update } from "./contract" */
import { follow } from "./bridge.js";
import { mountButtons, showHotkeys } from "./buttons.js";
import { byId } from "./dom.js";
import { comeAnew } from "./focus.js";
import { mountFind } from "./find.js";
import { mountHeard } from "./heard.js";
import { mountHistory } from "./history.js";
import { mountPicture } from "./picture.js";
import { mountQuestion } from "./question.js";
import { mountSettings } from "./settings.js";
import { mountStatus } from "./status.js";
import { setStrings } from "./strings.js";
import { mountWelcome } from "./welcome.js";
import { mountWindowKeys } from "./window-keys.js";

const welcome = mountWelcome();
const heard = mountHeard();
const question = mountQuestion();
const picture = mountPicture();
const history = mountHistory();
const find = mountFind();
const settings = mountSettings();
const status = mountStatus();
mountButtons(document.body);
mountWindowKeys(welcome.open);

/** @type {Snapshot} */
let state;

/** @param {Snapshot} snapshot */
function begin(snapshot) {
  state = snapshot;
  showAll();
  document.body.hidden = false;
  if (state.welcome) welcome.openFirst();
  else focus(state.focus ?? "heard");
}

/** @param {Update} update */
function change(update) {
  switch (update.kind) {
    case "status":
      state.status = update.status;
      return status.show(state.status);
    case "heard":
      state.heard = update.text;
      return heard.show(state.heard);
    case "entries":
      state.entries = update.entries;
      state.current = update.current;
      return showEntries();
    case "found":
      state.found = update.found;
      showEntries();
      if (find.hasFocus()) history.focusFirst();
      return;
    case "settings":
      Object.assign(state, {
        settings: update.settings,
        strings: update.strings,
        language: update.language,
        problems: update.problems,
      });
      return showAll();
    case "packs":
      state.packs = update.packs;
      return settings.showPacks(state.packs);
    case "voices":
      return settings.showVoices(update.voices);
    case "microphones":
      return settings.showMicrophones(update.names);
    case "focus":
      return focus(update.place);
    case "region": // is for the window over the screen
      return;
  }
}

/** Everything anew: another language changes every word. */
function showAll() {
  setStrings(state.strings, state.language);
  showHotkeys(document, state.settings.hotkeys);
  welcome.show(state.settings.hotkeys);
  status.show(state.status);
  status.announce(state.settings.speech === "screen_reader");
  heard.inOneLine(state.settings.speech === "screen_reader");
  heard.show(state.heard);
  showEntries();
  settings.show(state.settings);
  settings.showPacks(state.packs);
  showProblems(state.problems);
}

function showEntries() {
  find.show(state.found);
  history.show(state.found?.entries ?? state.entries, state.current);
  picture.show(state.entries.find(({ id }) => id === state.current));
}

/** @param {Fault[]} problems */
function showProblems(problems) {
  const lines = problems.map(({ message }) => {
    const line = document.createElement("p");
    line.textContent = message;
    return line;
  });
  byId("problems", HTMLElement).replaceChildren(...lines);
}

/** @param {Place} place */
function focus(place) {
  if (place === "heard" && heard.hasFocus() && state.settings.speech === "screen_reader") return comeAnew();
  const places = { heard: heard.focus, question: question.focus, settings: settings.open, welcome: welcome.open };
  places[place]();
}

void follow(begin, change);
