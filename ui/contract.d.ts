// Written by a test of src-tauri/src/contract.rs from the types there. Do not edit.

/**
 * What a key, a button or the tray asks for.
 */
export type Action = "screen" | "window" | "region" | "clipboard" | "ask" | "repeat" | "more" | "spell" | "alt_text" | "stop";

/**
 * How a key changes the frame.
 */
export type Step = "left" | "right" | "up" | "down" | "wider" | "narrower" | "taller" | "shorter" | "larger" | "smaller" | "whole";

/**
 * Part of the screen, in fractions of its width and height: 0 to 1, inside the screen, never smaller than [`SMALLEST`].
 */
export type Rect = { 
/**
 * Left edge.
 */
x: number, 
/**
 * Upper edge.
 */
y: number, 
/**
 * From the left edge to the right one.
 */
width: number, 
/**
 * From the upper edge to the lower one.
 */
height: number, };

/**
 * What is going on, for the window.
 */
export type Status = "idle" | "working" | "speaking" | "choosing_region";

/**
 * A part of the window.
 */
export type Place = "heard" | "question" | "settings" | "welcome";

/**
 * The one shape of every failure: a stable word and a sentence that says what happened and what to do.
 */
export type Fault = { 
/**
 * For scripts.
 */
code: string, 
/**
 * For people.
 */
message: string, };

/**
 * A voice to choose.
 */
export type Voice = { 
/**
 * Language tag, such as "en-GB".
 */
language: string, 
/**
 * As the engine calls it.
 */
name: string, 
/**
 * For the settings.
 */
id: string, };

/**
 * Language of the app.
 */
export type Language = "system" | "en" | "de";

/**
 * How much is said of a picture at once.
 */
export type Detail = "one" | "more" | "all";

/**
 * What happens to pictures that may show nudity, where the pack care is here to tell.
 */
export type Moderation = "off" | "warn" | "describe";

/**
 * Who speaks.
 */
export type SpeechBy = "own" | "screen_reader";

/**
 * A hotkey for each action, such as "Ctrl+Alt+D"; "" is off.
 */
export type Hotkeys = Record<Action, string>;

/**
 * All settings.
 */
export type Settings = { 
/**
 * Of the app.
 */
language: Language, 
/**
 * How much is said at once.
 */
detail: Detail, 
/**
 * Name of the pack, or folder of the model, that describes and answers.
 */
pack: string, 
/**
 * Whether it is warned of nudity.
 */
moderation: Moderation, 
/**
 * Who says it.
 */
speech: SpeechBy, 
/**
 * Identifier of the voice; "" is the system's choice.
 */
voice: string, 
/**
 * 0.25 to 4; 1 is the engine's normal rate.
 */
rate: number, 
/**
 * 0 to 1.
 */
volume: number, 
/**
 * Whether tones tell of begin, end and failure.
 */
earcons: boolean, 
/**
 * Name of the microphone that questions are heard with; "" is the system's choice.
 */
microphone: string, 
/**
 * Whether descriptions are kept on this computer.
 */
keep_history: boolean, 
/**
 * 10 to 100,000: how many of them.
 */
history_entries: number, 
/**
 * 1 to 10,000: millions of bytes that they may take.
 */
history_megabytes: number, 
/**
 * Whether the app starts without showing its window.
 */
start_hidden: boolean, 
/**
 * Whether the app starts with the computer.
 */
autostart: boolean, 
/**
 * 1 to 120: how long an idle model stays in memory.
 */
unload_minutes: number, 
/**
 * Keys that work everywhere.
 */
hotkeys: Hotkeys, };

/**
 * A described picture.
 */
export type Entry = { 
/**
 * Its number.
 */
id: number, 
/**
 * A file's name, a window's title, or where the picture came from.
 */
name: string, 
/**
 * All that was said of it; questions and answers too.
 */
sentences: Array<string>, 
/**
 * Whether the first sentence was said without "possibly".
 */
sure: boolean, 
/**
 * Address of the picture, if it is kept.
 */
picture: string | null, };

/**
 * Whether a pack can be used.
 */
export type Presence = "built_in" | "here" | "coming" | "absent";

/**
 * What was found in the history.
 */
export type Found = { 
/**
 * The words that were looked for.
 */
words: string, 
/**
 * Entries of any session, best first.
 */
entries: Array<Entry>, };

/**
 * A pack of weights.
 */
export type Pack = { 
/**
 * As on the command line.
 */
name: string, 
/**
 * What it is.
 */
title: string, 
/**
 * Its size.
 */
bytes: number, 
/**
 * Its licence.
 */
licence: string, 
/**
 * Whether it says what pictures show, or answers questions about them.
 */
describes: boolean, 
/**
 * Whether it can be used.
 */
presence: Presence, };

/**
 * What the window asks for, by `invoke("send", { command })`.
 */
export type Command = { "kind": "act", action: Action, } | { "kind": "choose_files" } | { "kind": "paste" } | { "kind": "caption" } | { "kind": "question", text: string, } | { "kind": "select", entry: number, } | { "kind": "copy", entry: number, } | { "kind": "forget", entry: number | null, } | { "kind": "find", text: string, } | { "kind": "export_history" } | { "kind": "change_settings", settings: Settings, } | { "kind": "choose_model" } | { "kind": "list_voices" } | { "kind": "list_microphones" } | { "kind": "try_voice" } | { "kind": "record_hotkey", on: boolean, } | { "kind": "fetch_pack", name: string, } | { "kind": "remove_pack", name: string, } | { "kind": "welcome_done" } | { "kind": "close" } | { "kind": "quit" } | { "kind": "region_step", step: Step, large: boolean, } | { "kind": "region_set", rect: Rect, } | { "kind": "region_done" } | { "kind": "region_cancel" };

/**
 * All that the window shows, by `invoke("snapshot")`.
 */
export type Snapshot = { 
/**
 * The words of the language in use.
 */
strings: { [key in string]: string }, 
/**
 * "en", "de".
 */
language: string, 
/**
 * What can be set.
 */
settings: Settings, 
/**
 * What is going on.
 */
status: Status, 
/**
 * What was said last.
 */
heard: string, 
/**
 * The history of this session, newest first.
 */
entries: Array<Entry>, 
/**
 * The entry that questions are about.
 */
current: number | null, 
/**
 * What was looked for in the history.
 */
found: Found | null, 
/**
 * The packs of weights.
 */
packs: Array<Pack>, 
/**
 * Whether this is the first run.
 */
welcome: boolean, 
/**
 * Where the focus is wanted.
 */
focus: Place | null, 
/**
 * What does not work, such as hotkeys that another program holds.
 */
problems: Array<Fault>, };

/**
 * What has changed, by `listen("update", ...)`.
 */
export type Update = { "kind": "status", status: Status, } | { "kind": "heard", text: string, } | { "kind": "entries", entries: Array<Entry>, current: number | null, } | { "kind": "found", found: Found | null, } | { "kind": "settings", settings: Settings, strings: { [key in string]: string }, language: string, problems: Array<Fault>, } | { "kind": "voices", voices: Array<Voice>, } | { "kind": "microphones", names: Array<string>, } | { "kind": "packs", packs: Array<Pack>, } | { "kind": "region", rect: Rect, text: string, } | { "kind": "focus", place: Place, };
