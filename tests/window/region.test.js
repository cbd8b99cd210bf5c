// The window over the frozen screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, useBrowser } from "./window.js";

useBrowser();

const step = (name, large = false) => ({ kind: "region_step", step: name, large });
const KEYS = {
  ArrowLeft: step("left"),
  ArrowRight: step("right"),
  ArrowUp: step("up"),
  ArrowDown: step("down"),
  "Shift+ArrowRight": step("wider"),
  "Shift+ArrowLeft": step("narrower"),
  "Shift+ArrowUp": step("taller"),
  "Shift+ArrowDown": step("shorter"),
  "+": step("larger"),
  "Shift+Equal": step("larger"),
  "-": step("smaller"),
  Home: step("whole"),
  "Control+ArrowLeft": step("left", true),
  "Control+Shift+ArrowUp": step("taller", true),
  "Control+-": step("smaller", true),
  Enter: { kind: "region_done" },
  Escape: { kind: "region_cancel" },
};

test("keys move the frame", async () => {
  const page = await open({}, { file: "region.html" });
  for (const [key, command] of Object.entries(KEYS)) {
    await page.keyboard.press(key);
    assert.deepEqual(await page.sent(), [command], key);
  }
  await page.close();
});

test("the frame is drawn and told", async () => {
  const page = await open({}, { file: "region.html", width: 1000, height: 800 });
  assert.equal(await page.isVisible("#frame"), false);
  await page.tell({ kind: "region", rect: { x: 0.1, y: 0.25, width: 0.5, height: 0.5 }, text: "Half the screen." });
  assert.deepEqual(await page.locator("#frame").boundingBox(), { x: 100, y: 200, width: 500, height: 400 });
  assert.equal(await page.textContent("#where"), "Half the screen.");
  assert.match(await page.getAttribute("#screen", "aria-describedby"), /where/);
  await page.close();
});

test("the mouse draws a frame; a click does not", async () => {
  const page = await open({}, { file: "region.html", width: 1000, height: 800 });
  await page.mouse.move(600, 600);
  await page.mouse.down();
  await page.mouse.move(100, 200);
  await page.mouse.up();
  assert.deepEqual(await page.sent(), [{ kind: "region_set", rect: { x: 0.1, y: 0.25, width: 0.5, height: 0.5 } }]);
  await page.mouse.click(300, 300);
  assert.deepEqual(await page.sent(), []);
  await page.close();
});

test("a rejected frame is said to be so", async () => {
  const page = await open({}, { file: "region.html" });
  await page.fail({ code: "region", message: "The screenshot is gone." });
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#fault").textContent === "The screenshot is gone.");
  await page.close();
});
