// The window over the frozen screen, in which a frame is moved. Rust moves it and says where it is; this draws it.
/** @import { Command, Rect, Snapshot, Step, Update } from "./contract" */
import { attempt } from "./attempt.js";
import { follow, screenshotAddress } from "./bridge.js";
import { byId } from "./dom.js";
import { setStrings } from "./strings.js";

/** @type {Record<string, Step>} */
const STEPS = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  "+": "larger",
  "=": "larger", // the same key without Shift on many layouts
  "-": "smaller",
  Home: "whole",
};
/** @type {Record<string, Step>} */
const WITH_SHIFT = {
  ...STEPS,
  ArrowLeft: "narrower",
  ArrowRight: "wider",
  ArrowUp: "taller",
  ArrowDown: "shorter",
  _: "smaller",
};
/** A shorter drag, in fractions of the screen, was a click. */
const CLICK = 0.01;

const screen = byId("screen", HTMLElement);
const frame = byId("frame", HTMLElement);
const words = byId("words", HTMLElement);
const where = byId("where", HTMLElement);
const fault = byId("fault", HTMLElement);

screen.addEventListener("keydown", (event) => {
  const command = commandOf(event);
  if (!command) return;
  event.preventDefault();
  void attempt(command, fault);
});

/**
 * @param {KeyboardEvent} event
 * @returns {Command | null}
 */
function commandOf({ key, shiftKey, ctrlKey }) {
  if (key === "Enter") return { kind: "region_done" };
  if (key === "Escape") return { kind: "region_cancel" };
  const step = (shiftKey ? WITH_SHIFT : STEPS)[key];
  return step ? { kind: "region_step", step, large: ctrlKey } : null;
}

/** Where a drag began. @type {{ x: number, y: number } | null} */
let corner = null;

screen.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault(); // keeps the focus, and the picture from being dragged away
  screen.focus();
  screen.setPointerCapture(event.pointerId);
  corner = pointOf(event);
});
screen.addEventListener("pointermove", (event) => {
  if (corner) draw(between(corner, pointOf(event)));
});
screen.addEventListener("pointerup", (event) => {
  if (!corner) return;
  const rect = between(corner, pointOf(event));
  corner = null;
  if (rect.width < CLICK || rect.height < CLICK) draw(shown);
  else void attempt({ kind: "region_set", rect }, fault);
});
screen.addEventListener("pointercancel", () => {
  corner = null;
  draw(shown);
});

/** @param {PointerEvent} event */
function pointOf(event) {
  const inside = (/** @type {number} */ fraction) => Math.min(Math.max(fraction, 0), 1);
  return { x: inside(event.clientX / window.innerWidth), y: inside(event.clientY / window.innerHeight) };
}

/**
 * @param {{ x: number, y: number }} a
 * @param {{ x: number, y: number }} b
 * @returns {Rect}
 */
function between(a, b) {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

/** The frame as Rust has it; null until it has said so. @type {Rect | null} */
let shown = null;

/** @param {Rect | null} rect */
function draw(rect) {
  frame.hidden = rect === null;
  if (!rect) return;
  // Left is left here in every language: the screen is not mirrored.
  frame.style.left = `${rect.x * 100}%`;
  frame.style.top = `${rect.y * 100}%`;
  frame.style.width = `${rect.width * 100}%`;
  frame.style.height = `${rect.height * 100}%`;
  words.classList.toggle("above", rect.y + rect.height / 2 > 0.5);
}

/** @param {Snapshot} snapshot */
function begin({ strings, language, settings }) {
  setStrings(strings, language);
  // The app's own voice says it otherwise.
  where.setAttribute("aria-live", settings.speech === "screen_reader" ? "polite" : "off");
  byId("screenshot", HTMLImageElement).src = screenshotAddress();
  document.body.hidden = false;
  screen.focus();
}

/** @param {Update} update */
function change(update) {
  if (update.kind !== "region") return;
  shown = update.rect;
  where.textContent = update.text;
  if (!corner) draw(shown);
}

void follow(begin, change);
