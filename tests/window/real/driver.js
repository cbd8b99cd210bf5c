// The real app in WebKitGTK, driven over WebDriver: by WebKitWebDriver, which starts it.
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const PORT = 4000 + (process.pid % 1000);
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const KEYS = {
  Tab: "\uE004",
  Enter: "\uE007",
  Escape: "\uE00C",
  Space: " ",
  Shift: "\uE008",
  Control: "\uE009",
  F1: "\uE031",
};

/** Starts the app; `close` ends it. */
export async function openApp(program, ...words) {
  // What tells the app's web view that it may be driven.
  const env = { ...process.env, TAURI_AUTOMATION: "true", TAURI_WEBVIEW_AUTOMATION: "true" };
  const driver = spawn("WebKitWebDriver", [`--port=${PORT}`], { env, stdio: "ignore" });
  const options = { "webkitgtk:browserOptions": { binary: program, args: words } };
  const capabilities = { alwaysMatch: options };
  const { sessionId } = await until("the driver", () => ask("POST", "/session", { capabilities }));
  return new App(driver, `/session/${sessionId}`);
}

async function ask(method, path, body) {
  const text = body && JSON.stringify(body);
  const response = await fetch(`http://127.0.0.1:${PORT}${path}`, { method, body: text });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** Asks again until there is an answer. */
export async function until(what, question, patience = 20000) {
  const end = Date.now() + patience;
  for (;;) {
    let last;
    try {
      const answer = await question();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`gave up waiting for ${what}`, { cause: last });
    await sleep(50);
  }
}

class App {
  constructor(driver, session) {
    this.driver = driver;
    this.session = session;
  }

  /** Runs a function in the page; what it returns must fit into JSON. */
  run(script, ...args) {
    return ask("POST", `${this.session}/execute/sync`, { script: `return (${script})(...arguments)`, args });
  }

  /** Runs a script as it is; the content-security policy allows that to the driver alone. */
  load(script) {
    return ask("POST", `${this.session}/execute/sync`, { script, args: [] });
  }

  /** The same with a function that returns a promise. */
  runAsync(script, ...args) {
    const waited = `const done = arguments[arguments.length - 1]; (${script})(...arguments).then(done, (e) => done(String(e)))`;
    return ask("POST", `${this.session}/execute/async`, { script: waited, args });
  }

  async click(selector) {
    const using = { using: "css selector", value: selector };
    const element = (await ask("POST", `${this.session}/element`, using))[ELEMENT];
    await ask("POST", `${this.session}/element/${element}/click`, {});
  }

  /** Presses keys by name, held down together: press("Shift", "Tab"). */
  async press(...names) {
    const values = names.map((name) => KEYS[name] ?? name);
    const down = values.map((value) => ({ type: "keyDown", value }));
    const up = values.reverse().map((value) => ({ type: "keyUp", value }));
    const actions = [{ type: "key", id: "keyboard", actions: [...down, ...up] }];
    await ask("POST", `${this.session}/actions`, { actions });
  }

  async type(text) {
    for (const letter of text) await this.press(letter);
  }

  async close() {
    await ask("DELETE", this.session).catch(() => {}); // it may have gone already
    this.driver.kill();
  }
}
