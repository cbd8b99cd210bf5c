// All of the window by keyboard alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { entries, found, withEntries } from "./snapshot.js";
import { open, useBrowser } from "./window.js";

useBrowser();

const focused = (page) =>
  page.evaluate(() => {
    const { id, dataset, name } = document.activeElement;
    return dataset.action ?? dataset.command ?? dataset.do ?? (id || name || "");
  });

/** Presses Tab until the page has been walked through once. */
async function walk(page, each) {
  const first = await focused(page);
  const seen = [];
  for (let steps = 0; steps < 100; steps += 1) {
    await each?.(await focused(page));
    seen.push(await focused(page));
    await page.keyboard.press("Tab");
    if ((await focused(page)) === "" || (await focused(page)) === first) return seen;
  }
  throw new Error("Tab never came back");
}

test("Tab reaches every control, in the order of reading", async () => {
  const page = await open(withEntries);
  await page.click("#settings-toggle");
  await page.focus("#welcome-toggle");
  const hotkeys = ["screen", "window", "region", "clipboard", "ask", "repeat", "more", "spell", "alt_text", "stop"];
  assert.deepEqual(
    await walk(page),
    [
      ["welcome-toggle", "settings-toggle"],
      ["heard-text", "repeat", "more", "spell", "stop"],
      ["question-text", "ask-button"],
      ["screen", "window", "region", "clipboard", "choose_files", "paste"],
      ["caption", "alt_text", "find-text", "find-button", "select", "forget-all"],
      [
        "detail",
        "moderation",
        "settings-pack",
        "choose_model",
        "language",
        "earcons",
        "speech",
        "settings-voice",
        "settings-rate",
        "settings-volume",
        "try-voice",
        "settings-microphone",
      ],
      hotkeys.map((action) => `hotkey-${action}`),
      ["keep_history", "history_entries", "history_megabytes", "export_history", "settings-forget-all"],
      ["autostart", "start_hidden", "unload_minutes", "pack-reader", "settings-close"],
    ].flat(),
  );
  await page.close();
});

test("Enter on every button sends its command", async () => {
  const page = await open(withEntries);
  for (const action of ["repeat", "more", "spell", "stop", "screen", "window", "region", "clipboard", "alt_text"]) {
    await page.focus(`main .columns [data-action=${action}]`);
    await page.keyboard.press("Enter");
    assert.deepEqual(await page.sent(), [{ kind: "act", action }]);
  }
  for (const kind of ["choose_files", "paste", "caption"]) {
    await page.focus(`[data-command=${kind}]`);
    await page.keyboard.press("Space");
    assert.deepEqual(await page.sent(), [{ kind }]);
  }
  await page.close();
});

test("the window's own keys", async () => {
  const page = await open(withEntries);
  const keys = {
    "Control+o": { kind: "choose_files" },
    "Control+v": { kind: "paste" },
    "Control+w": { kind: "close" },
    "Control+q": { kind: "quit" },
    Escape: { kind: "act", action: "stop" },
  };
  for (const [key, command] of Object.entries(keys)) {
    await page.keyboard.press(key);
    assert.deepEqual(await page.sent(), [command], key);
  }
  await page.keyboard.press("F1");
  assert.equal(await focused(page), "welcome-text");
  await page.close();
});

test("in the question box text is pasted as text, all else is described", async () => {
  const page = await open(withEntries);
  const paste = (type) =>
    page.evaluate((kind) => {
      const data = new DataTransfer();
      if (kind === "text/plain") data.setData(kind, "what");
      else data.items.add(new File(["x"], "a.png", { type: kind }));
      const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
      return !document.activeElement.dispatchEvent(event);
    }, type);

  await page.focus("#question-text");
  await page.keyboard.press("Control+v");
  assert.equal(await paste("text/plain"), false);
  assert.deepEqual((await page.sent()).slice(1), [], "text stays text");
  assert.equal(await paste("image/png"), true);
  assert.deepEqual(await page.sent(), [{ kind: "paste" }]);
  await page.close();
});

test("a question is sent, a refused one stays", async () => {
  const page = await open(withEntries);
  await page.focus("#question-text");
  await page.keyboard.type("  What colour?  ");
  await page.keyboard.press("Enter");
  assert.deepEqual(await page.sent(), [{ kind: "question", text: "What colour?" }]);
  await page.waitForFunction(() => document.querySelector("#question-text").value === "");

  await page.fail({ code: "no_answers", message: "This pack cannot answer." });
  await page.keyboard.type("Why?");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    () => document.querySelector("#question-fault").textContent === "This pack cannot answer.",
  );
  assert.equal(await page.inputValue("#question-text"), "Why?");
  assert.equal(await focused(page), "question-text");
  assert.equal(await page.getAttribute("#question-text", "aria-invalid"), "true");
  await page.close();
});

test("arrow keys walk the history", async () => {
  const page = await open(withEntries);
  await page.focus("[data-do=select][tabindex='0']");
  const place = () =>
    page.evaluate(() => {
      const { dataset } = document.activeElement;
      return `${dataset.do} ${document.activeElement.closest("[role=row]").dataset.entry}`;
    });
  for (const [key, where] of [
    ["ArrowDown", "select 6"],
    ["ArrowRight", "copy 6"],
    ["ArrowRight", "forget 6"],
    ["ArrowRight", "forget 6"],
    ["ArrowUp", "forget 7"],
    ["ArrowUp", "forget 7"],
    ["End", "forget 5"],
    ["ArrowLeft", "copy 5"],
    ["Home", "copy 7"],
  ]) {
    await page.keyboard.press(key);
    assert.equal(await place(), where, key);
  }
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Delete");
  assert.deepEqual(await page.sent(), [
    { kind: "copy", entry: 7 },
    { kind: "select", entry: 7 },
    { kind: "copy", entry: 6 },
    { kind: "forget", entry: 6 },
  ]);

  await page.tell({ kind: "entries", entries: [entries[0], entries[2]], current: 7 });
  assert.equal(await place(), "select 5", "the focus moves to the entry that took the place");
  await page.tell({ kind: "entries", entries: [], current: null });
  assert.equal(await focused(page), "history-heading");
  await page.close();
});

test("what is found takes the place of the session, and the focus", async () => {
  const page = await open(withEntries);
  const rows = () => page.evaluate(() => [...document.querySelectorAll("[role=row]")].map((row) => row.dataset.entry));
  await page.focus("#find-text");
  await page.keyboard.type("  dog ");
  await page.keyboard.press("Enter");
  assert.deepEqual(await page.sent(), [{ kind: "find", text: "dog" }]);
  await page.tell({ kind: "found", found });
  assert.deepEqual(await rows(), ["3", "6"]);
  assert.equal(await page.textContent("#find-result"), "Found for “dog”: 2. The best come first.");
  assert.equal(await focused(page), "select");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Delete");
  assert.deepEqual(await page.sent(), [
    { kind: "select", entry: 3 },
    { kind: "forget", entry: 3 },
  ]);
  await page.tell({ kind: "found", found: { ...found, entries: [entries[1]] } });
  assert.deepEqual(await rows(), ["6"]);
  assert.equal(await focused(page), "select", "the focus moves to the entry that took the place");

  await page.focus("#find-end");
  await page.keyboard.press("Enter");
  assert.deepEqual(await page.sent(), [{ kind: "find", text: "" }]);
  await page.tell({ kind: "found", found: null });
  assert.deepEqual(await rows(), ["7", "6", "5"]);
  assert.equal(await focused(page), "find-text");
  assert.equal(await page.isVisible("#find-end"), false);
  await page.close();
});

test("nothing found leaves the focus in the box", async () => {
  const page = await open(withEntries);
  await page.focus("#find-text");
  await page.keyboard.type("zebra");
  await page.keyboard.press("Enter");
  await page.tell({ kind: "found", found: { words: "zebra", entries: [] } });
  assert.equal(await focused(page), "find-text");
  assert.equal(await page.textContent("#find-result"), "Nothing was found for “zebra”.");
  await page.close();
});

test("removing all is asked about first", async () => {
  const page = await open(withEntries);
  await page.focus("#forget-all");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "forget-keep");
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "forget-all");
  assert.deepEqual(await page.sent(), []);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.deepEqual(await page.sent(), [{ kind: "forget", entry: null }]);
  await page.close();
});

test("the first start begins with the welcome, and trying a key needs no key", async () => {
  const page = await open({ welcome: true });
  assert.equal(await focused(page), "welcome-text");
  assert.match(await page.inputValue("#welcome-text"), /Describe the screen: Ctrl\+Alt\+D/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.deepEqual(await page.sent(), [{ kind: "act", action: "screen" }]);
  await page.focus("#welcome-close");
  await page.keyboard.press("Enter");
  assert.deepEqual(await page.sent(), [{ kind: "welcome_done" }]);
  assert.equal(await focused(page), "welcome-toggle");
  await page.keyboard.press("Enter");
  await page.keyboard.press("F1");
  await page.focus("#welcome-close");
  await page.keyboard.press("Enter");
  assert.deepEqual(await page.sent(), [], "it is done once");
  await page.close();
});

test("what is heard can be read, and takes the focus anew", async () => {
  const page = await open();
  assert.equal(await focused(page), "heard-text");
  assert.equal(await page.inputValue("#heard-text"), "Nothing has been described yet.");
  await page.tell({ kind: "heard", text: "A cup." });
  assert.equal(await page.inputValue("#heard-text"), "A cup.");
  await page.evaluate(() => {
    window.focusings = 0;
    document.querySelector("#heard-text").addEventListener("focus", () => (window.focusings += 1));
  });
  await page.tell({ kind: "focus", place: "heard" });
  await page.waitForFunction(() => window.focusings === 1);
  for (const [place, where] of [
    ["question", "question-text"],
    ["settings", "settings-heading"],
    ["welcome", "welcome-text"],
    ["heard", "heard-text"],
  ]) {
    await page.tell({ kind: "focus", place });
    assert.equal(await focused(page), where);
  }
  await page.close();
});

test("what is read keeps its place while more is said", async () => {
  const page = await open({ heard: "A cup." });
  await page.evaluate(() => document.querySelector("#heard-text").setSelectionRange(2, 2));
  await page.tell({ kind: "heard", text: "A cup. A table." });
  assert.equal(await page.evaluate(() => document.querySelector("#heard-text").selectionStart), 2);
  await page.close();
});
