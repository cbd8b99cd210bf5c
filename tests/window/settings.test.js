// The settings form, the hotkey fields and the list of voices.
import assert from "node:assert/strict";
import { test } from "node:test";
import { settings, stringsOf } from "./snapshot.js";
import { open, useBrowser } from "./window.js";

useBrowser();

const voices = [
  { id: "en/amy", name: "Amy", language: "en-GB" },
  { id: "de/eva", name: "Eva", language: "de" },
  { id: "odd", name: "Odd", language: "not a language" },
];

/** The settings open, with what was sent until then forgotten. */
async function openSettings(changes = {}) {
  const page = await open({ settings: { ...settings, ...changes } });
  await page.click("#settings-toggle");
  assert.deepEqual(await page.sent(), [{ kind: "list_voices" }, { kind: "list_microphones" }]);
  await page.tell({ kind: "voices", voices });
  await page.tell({ kind: "microphones", names: ["Desk", "Headset"] });
  return page;
}

const lastSettings = async (page) => (await page.sent()).at(-1)?.settings;

test("every setting can be changed, and all of them are sent each time", async () => {
  const page = await openSettings();
  const form = page.locator("#settings-form");
  await form.locator("[name=detail][value=all]").check();
  await form.locator("[name=language]").selectOption("de");
  await form.locator("[name=earcons]").uncheck();
  await form.locator("[name=speech][value=screen_reader]").check();
  await form.locator("[name=voice]").selectOption("de/eva");
  await form.locator("[name=microphone]").selectOption("Headset");
  await form.locator("[name=rate]").focus();
  await page.keyboard.press("ArrowRight");
  await form.locator("[name=volume]").focus();
  await page.keyboard.press("ArrowLeft");
  await form.locator("[name=keep_history]").uncheck();
  await form.locator("[name=history_entries]").fill("2000");
  await form.locator("[name=history_megabytes]").fill("50");
  await form.locator("[name=autostart]").check();
  await form.locator("[name=start_hidden]").check();
  await form.locator("[name=unload_minutes]").fill("45");
  await page.click("#hotkey-spell");
  await page.keyboard.press("Control+Alt+Shift+KeyB");
  const wanted = {
    language: "de",
    detail: "all",
    pack: "glance",
    moderation: "warn",
    speech: "screen_reader",
    voice: "de/eva",
    rate: 1.05,
    volume: 0.95,
    earcons: false,
    microphone: "Headset",
    keep_history: false,
    history_entries: 2000,
    history_megabytes: 50,
    start_hidden: true,
    autostart: true,
    unload_minutes: 45,
    hotkeys: { ...settings.hotkeys, spell: "Ctrl+Alt+Shift+B" },
  };
  assert.deepEqual(await lastSettings(page), wanted);

  // Shown again, they are the same: a change of one, and back, sends what came.
  const shown = { ...wanted, rate: 1.37, volume: 0.123, voice: "gone", microphone: "unplugged" };
  const german = { strings: stringsOf("de"), language: "de" };
  await page.tell({ kind: "settings", settings: shown, ...german, problems: [] });
  await form.locator("[name=autostart]").uncheck();
  await form.locator("[name=autostart]").check();
  assert.deepEqual(await lastSettings(page), shown);
  assert.equal(await page.textContent("#settings-heading"), "Einstellungen");
  assert.equal(await page.textContent("#hotkey-screen"), "Strg+Alt+D");
  assert.equal(await page.inputValue("[name=unload_minutes]"), "45");
  assert.equal(await form.locator("[name=voice]").inputValue(), "gone");
  assert.equal(await form.locator("[name=microphone]").inputValue(), "unplugged");
  await page.close();
});

test("a model is chosen among those that are here, and one in a folder stays chosen", async () => {
  const page = await openSettings({ pack: "/models/my model" });
  const select = page.locator("[name=pack]");
  const titles = () => select.locator("option").allTextContents();
  const model = { bytes: 1_540_000_000, licence: "BSD", describes: true };
  const vqa = { ...model, name: "blip-vqa", title: "Answers" };
  const large = { ...model, name: "blip-large", title: "Captions", presence: "absent" };
  const reader = { ...model, name: "reader", title: "Reads text", describes: false, presence: "here" };
  const glance = { ...model, name: "glance", title: "Glance", presence: "built_in" };
  await page.tell({ kind: "packs", packs: [glance, { ...vqa, presence: "coming" }, large, reader] });
  await page.waitForFunction(() => document.querySelector("#packs-list")?.textContent?.includes("being fetched"));
  assert.deepEqual(await titles(), ["Glance", "/models/my model"]);
  assert.equal(await select.inputValue(), "/models/my model");
  await page.tell({ kind: "packs", packs: [glance, { ...vqa, presence: "here" }, large, reader] });
  await page.waitForFunction(() => document.querySelector("[name=pack]").options.length === 3);
  await select.selectOption("blip-vqa");
  assert.equal((await lastSettings(page)).pack, "blip-vqa");
  await page.fail({ code: "pack_not_fetched", message: "It is not here." });
  await select.selectOption("glance");
  await page.waitForFunction(() => document.querySelector("[name=pack]").value === "blip-vqa");
  await page.getByRole("button", { name: "Use a model in a folder" }).press("Enter");
  assert.deepEqual((await page.sent()).at(-1), { kind: "choose_model" });
  await page.close();
});

test("rejected settings are undone, with the reason beside them", async () => {
  const page = await openSettings();
  await page.fail({ code: "settings", message: "The system does not allow that." });
  await page.focus("[name=autostart]");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => !document.querySelector("[name=autostart]").checked);
  const fault = page.locator("fieldset", { has: page.locator("[name=autostart]") }).locator(".fault");
  assert.equal(await fault.textContent(), "The system does not allow that.");
  assert.equal(await page.evaluate(() => document.activeElement.name), "autostart");
  await page.sent();
  await page.fill("[name=unload_minutes]", "500");
  await page.keyboard.press("Tab");
  assert.deepEqual(await page.sent(), [], "what the field itself refuses is not sent");
  assert.notEqual(await fault.textContent(), "");
  await page.close();
});

test("hotkeys are recorded by the place of the key", async () => {
  const page = await openSettings();
  const record = async (press) => {
    await page.focus("#hotkey-screen");
    await page.keyboard.press("Enter");
    await press();
    return (await lastSettings(page))?.hotkeys.screen;
  };
  const press = (keys) => record(() => page.keyboard.press(keys));
  assert.equal(await press("Control+Alt+KeyE"), "Ctrl+Alt+E");
  assert.equal(await press("Alt+Shift+Meta+Digit5"), "Alt+Shift+Super+5");
  assert.equal(await press("F12"), "F12");
  assert.equal(await press("Control+ArrowUp"), "Ctrl+ArrowUp");
  assert.equal(await press("Alt+Space"), "Alt+Space");
  assert.equal(await press("Backspace"), "");
  assert.equal(await press("Delete"), "");
  const russian = () =>
    page.evaluate(() => {
      const keys = { key: "в", code: "KeyD", ctrlKey: true, bubbles: true, cancelable: true };
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", keys));
    });
  assert.equal(await record(russian), "Ctrl+D");
  assert.equal(await press("KeyD"), undefined, "a bare letter could no longer be typed");
  assert.match(await page.textContent("#hotkey-fault-screen"), /^Hold Ctrl/);
  await page.waitForFunction(() => document.activeElement.id === "hotkey-screen");
  await page.close();
});

test("a hotkey field traps nobody", async () => {
  const page = await openSettings();
  await page.focus("#hotkey-screen");
  await page.keyboard.press("Enter");
  assert.equal(await page.textContent("#hotkey-screen"), "Press the new keys");
  await page.keyboard.press("Escape");
  assert.equal(await page.textContent("#hotkey-screen"), "Ctrl+Alt+D");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "hotkey-window");
  assert.equal(await page.textContent("#hotkey-screen"), "Ctrl+Alt+D");
  assert.deepEqual(await page.sent(), []);
  const recordings = await page.evaluate(() => window.recordings);
  assert.deepEqual(recordings, [true, false, true, false], "hotkeys are let go only while one is recorded");
  await page.close();
});

test("no two actions share a hotkey", async () => {
  const page = await openSettings();
  await page.click("#hotkey-screen");
  await page.keyboard.press("Control+Alt+KeyM");
  assert.deepEqual(await page.sent(), []);
  assert.equal(await page.textContent("#hotkey-fault-screen"), "Ctrl+Alt+M is used already: Say more.");
  assert.equal(await page.textContent("#hotkey-screen"), "Ctrl+Alt+D");
  await page.fail({ code: "hotkey_taken", message: "Another program holds it." });
  await page.click("#hotkey-screen");
  await page.keyboard.press("Control+Alt+KeyX");
  await page.waitForFunction(
    () => document.querySelector("#hotkey-fault-screen").textContent === "Another program holds it.",
  );
  assert.equal(await page.textContent("#hotkey-screen"), "Ctrl+Alt+D");
  await page.close();
});

test("a pack is fetched and removed, and the focus stays with it", async () => {
  const page = await openSettings();
  const pack = { name: "reader", title: "Reads text", bytes: 31_200_000, licence: "Apache-2.0" };
  const focused = () => page.evaluate(() => document.activeElement?.closest("li")?.textContent);
  await page.getByRole("button", { name: "Fetch: Reads text" }).press("Enter");
  assert.deepEqual((await page.sent()).at(-1), { kind: "fetch_pack", name: "reader" });
  await page.tell({ kind: "packs", packs: [{ ...pack, presence: "coming" }] });
  await page.waitForFunction(() => document.querySelector("#packs-list")?.textContent?.includes("being fetched"));
  assert.match(await focused(), /being fetched/);
  await page.tell({ kind: "packs", packs: [{ ...pack, presence: "here" }] });
  await page.getByRole("button", { name: "Remove: Reads text" }).press("Enter");
  assert.deepEqual((await page.sent()).at(-1), { kind: "remove_pack", name: "reader" });
  await page.fail({ code: "unwritable", message: "It cannot be removed." });
  await page.getByRole("button", { name: "Remove: Reads text" }).press("Enter");
  await page.waitForFunction(() => document.querySelector("#packs-fault")?.textContent === "It cannot be removed.");
});
