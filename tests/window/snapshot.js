// A state of the app as Rust would tell it.
import { readFileSync } from "node:fs";

/** @param {string} language */
export function stringsOf(language) {
  return JSON.parse(readFileSync(new URL(`../../src-tauri/strings/${language}.json`, import.meta.url), "utf8"));
}

const hotkeys = {
  screen: "Ctrl+Alt+D",
  window: "Ctrl+Alt+W",
  region: "Ctrl+Alt+R",
  clipboard: "Ctrl+Alt+V",
  ask: "Ctrl+Alt+A",
  repeat: "Ctrl+Alt+Comma",
  more: "Ctrl+Alt+M",
  spell: "",
  alt_text: "",
  stop: "Ctrl+Alt+Period",
};

export const settings = {
  language: "system",
  detail: "one",
  pack: "glance",
  moderation: "warn",
  speech: "own",
  voice: "",
  rate: 1,
  volume: 1,
  earcons: true,
  microphone: "",
  keep_history: true,
  history_entries: 10000,
  history_megabytes: 500,
  start_hidden: false,
  autostart: false,
  unload_minutes: 10,
  hotkeys,
};

export const entries = [
  {
    id: 7,
    name: "coffee.jpg",
    sentences: ["A white cup of coffee stands on a wooden table.", "In the middle: a cup. At the bottom: a table."],
    sure: true,
    picture: "/picture.svg",
  },
  {
    id: 6,
    name: "A_very_long_name_without_any_space_that_could_burst_the_layout_of_a_narrow_window_2024-05-01.jpeg",
    sentences: ["Possibly a dog that runs across a meadow."],
    sure: false,
    picture: "/picture.svg",
  },
  { id: 5, name: "Screen", sentences: ["A screenshot with much text and two pictures."], sure: true, picture: null },
];

/** @param {object} [changes] */
export function snapshot({ language = "en", ...changes } = {}) {
  return {
    strings: stringsOf(language),
    language,
    settings,
    status: "idle",
    heard: "",
    entries: [],
    current: null,
    found: null,
    packs: [
      {
        name: "glance",
        title: "Glance",
        bytes: 31_400_000,
        licence: "research only",
        describes: true,
        presence: "built_in",
      },
      {
        name: "reader",
        title: "Reads text",
        bytes: 31_200_000,
        licence: "Apache-2.0",
        describes: false,
        presence: "absent",
      },
    ],
    focus: null,
    welcome: false,
    problems: [],
    ...changes,
  };
}

export const found = {
  words: "dog",
  entries: [
    {
      id: 3,
      name: "An earlier one",
      sentences: ["A dog lies on a sofa."],
      sure: true,
      picture: "/picture.svg",
    },
    entries[1],
  ],
};

export const withEntries = { entries, current: 7, heard: entries[0].sentences.join(" ") };
