// axe finds nothing and nothing sticks out, in every state, under every preference.
import assert from "node:assert/strict";
import { test } from "node:test";
import { found, withEntries } from "./snapshot.js";
import { assertAccessible, assertFits, open, useBrowser } from "./window.js";

useBrowser();

const STATES = {
  idle: { state: {} },
  welcome: { state: { welcome: true } },
  working: { state: { ...withEntries, status: "working" } },
  entries: { state: withEntries },
  found: { state: { ...withEntries, found } },
  "nothing found": { state: { ...withEntries, found: { words: "zebra", entries: [] } } },
  "settings open": {
    state: withEntries,
    enter: async (page) => {
      await page.click("#settings-toggle");
      await page.tell({
        kind: "microphones",
        names: ["Monitor of Built-in Audio Analogue Stereo of the other room (2)"],
      });
    },
  },
  "recording a hotkey": {
    state: {},
    enter: async (page) => {
      await page.click("#settings-toggle");
      await page.click("#hotkey-screen");
    },
  },
  "fault shown": {
    state: { ...withEntries, problems: [{ code: "hotkey_taken", message: "Another program holds Ctrl+Alt+D." }] },
    enter: async (page) => {
      await page.fail({ code: "no_picture", message: "There is no picture to ask about." });
      await page.fill("#question-text", "What colour is the cup?");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#question-fault:not(:empty)");
    },
  },
  "removing all": { state: withEntries, enter: (page) => page.click("#forget-all") },
};

const PREFERENCES = {
  "English, light": {},
  "German, dark": { language: "de", media: { colorScheme: "dark" } },
  "forced colours": { media: { forcedColors: "active" } },
  "200 % zoom": { language: "de", media: { width: 640, height: 480 } },
  "400 % zoom": { language: "de", media: { width: 320, height: 480 } },
  "high contrast": { media: { contrast: "more" } },
};

for (const [preference, { language, media }] of Object.entries(PREFERENCES)) {
  for (const [name, { state, enter }] of Object.entries(STATES)) {
    test(`${preference}: ${name}`, async () => {
      const page = await open({ ...state, language }, media);
      await enter?.(page);
      await assertAccessible(page, name);
      await assertFits(page, name);
      await assertTargets(page);
      await page.close();
    });
  }
}

for (const width of [1100, 640]) {
  test(`right to left, ${width} px wide`, async () => {
    const page = await open(withEntries, { width });
    await page.click("#settings-toggle");
    await page.click("#welcome-toggle");
    await page.evaluate(() => void (document.documentElement.dir = "rtl"));
    await assertFits(page);
    await assertAccessible(page);
    await page.close();
  });
}

test("the window over the screen", async () => {
  for (const media of [{}, { forcedColors: "active" }, { width: 640, height: 480 }]) {
    const page = await open({}, { file: "region.html", ...media });
    const text = "From the left a quarter, half as wide as the screen.";
    await page.tell({ kind: "region", rect: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 }, text });
    await assertAccessible(page);
    await assertFits(page);
    await page.close();
  }
});

/** Every control can be hit by an unsteady hand: 44 px at least; a box or a radio counts with its label. */
async function assertTargets(page) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, input, select, textarea")]
      .map((control) => (["checkbox", "radio"].includes(control.type) ? control.closest("label") : control))
      .map((target) => [target.outerHTML.slice(0, 100), target.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && (box.height < 44 || box.width < 44))
      .map(([html]) => html),
  );
  assert.deepEqual(small, []);
}
