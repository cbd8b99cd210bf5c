// Every control of the real window, by keyboard, and axe in WebKitGTK. Needs a desktop: `cargo nextest run app` starts it on one.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openApp, until } from "./driver.js";

const { EYEBRIGHT, PICTURE, XDG_CONFIG_HOME } = process.env;
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SETTINGS = join(XDG_CONFIG_HOME, "eyebright", "settings.toml");
let app;

before(async () => {
  app = await openApp(EYEBRIGHT, "open", PICTURE);
  await until("the picture to be described", () => heardMatches(/coffee/));
});
after(() => app?.close());

const heard = () => app.run(() => document.querySelector("#heard-text").value);
const heardMatches = async (wanted) => wanted.test(await heard());
const focused = () => app.run(() => document.activeElement.id || document.activeElement.outerHTML.slice(0, 80));

async function assertAccessible(state) {
  await app.load(AXE);
  const found = await app.runAsync(async () => {
    const result = await window.axe.run({ rules: { "target-size": { enabled: true } } });
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  });
  assert.deepEqual(found, [], state);
}

/** Walks the window with Tab from its beginning until it begins anew; the names of what takes the focus. */
async function walk() {
  await app.run(() => {
    document.activeElement.blur();
    document.querySelectorAll("[data-walked]").forEach((element) => element.removeAttribute("data-walked"));
  });
  for (let step = 0; step < 120; step += 1) {
    await app.press("Tab");
    const again = await app.run(() => {
      const again = document.activeElement.hasAttribute("data-walked");
      document.activeElement.setAttribute("data-walked", "");
      return again;
    });
    if (again) return;
  }
  assert.fail("the focus never comes around");
}

/** Controls that are to be seen but that Tab never reached. A group of radio buttons and the grid are one stop each. */
const unreached = () =>
  app.run(() => {
    const shown = [...document.querySelectorAll("button, input, select, textarea")].filter(
      (e) => e.offsetParent && !e.disabled,
    );
    const stop = (e) => {
      const group = e.type === "radio" ? `[name=${e.name}]` : e.closest("[role=grid]") ? "[role=grid] *" : null;
      return group ? document.querySelector(`${group}[data-walked]`) : e.hasAttribute("data-walked");
    };
    return shown.filter((e) => !stop(e)).map((e) => e.outerHTML.slice(0, 100));
  });

test("axe finds nothing in any state, and Tab reaches every control", async () => {
  await assertAccessible("main");
  await walk();
  assert.deepEqual(await unreached(), []);
  await app.press("F1");
  await until("help", () => app.run(() => !document.querySelector("#welcome").hidden));
  await assertAccessible("help");
  await app.click("#welcome-close");
  await app.click("#settings-toggle");
  await until("settings", () => app.run(() => !document.querySelector("#settings").hidden));
  await assertAccessible("settings");
  await walk();
  assert.deepEqual(await unreached(), []);
  await app.click("#settings-close");
});

test("every button does what it says", async () => {
  const press = async (selector, wanted) => {
    await app.run((selector) => document.querySelector(selector).focus(), selector);
    await app.press("Enter");
    await until(`${selector} to be answered by ${wanted}, not ${await heard()}`, () => heardMatches(wanted));
  };
  await press(".columns [data-action=more]", /table|spoon|colour|brown|pixels|cup|bowl|nothing more/i);
  await press("[data-command=caption]", /coffee/);
  await press(".columns [data-action=window]", /Eyebright itself is in front/);
  await press(".columns [data-action=repeat]", /Eyebright itself is in front/);
  await press(".columns [data-action=clipboard]", /clipboard/);
  await press(".columns [data-action=screen]", /\./);
  await press("[data-command=paste]", /clipboard/);
  await press(".entry", /coffee|screen/i);
  await app.run(() => document.querySelector("#question-text").focus());
  await app.type("how big is the picture");
  await app.press("Enter");
  await until("the question to be answered", () => heardMatches(/pixels wide/));
});

test("settings are taken over at once and kept on the disk", async () => {
  await app.click("#settings-toggle");
  await app.run(() => {
    const language = document.querySelector("[name=language]");
    language.value = "de";
    language.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await until("German", () => app.run(() => document.documentElement.lang === "de"));
  await until("the file", async () => (await readFile(SETTINGS, "utf8")).includes('language = "de"'));
  await assertAccessible("settings in German");
  await app.run(() => document.querySelector("#hotkey-repeat").focus());
  await app.press("Enter");
  await app.press("Control", "Shift", "9");
  await until("the hotkey", async () => (await readFile(SETTINGS, "utf8")).includes('repeat = "Ctrl+Shift+9"'));
  assert.equal(await focused(), "hotkey-repeat");
});
