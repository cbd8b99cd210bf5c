// The settings. Each change is sent at once, as a whole; one that Rust rejects is shown beside its field and undone.
/** @import { Pack, Settings, Voice } from "./contract" */
import { attempt } from "./attempt.js";
import { byId, only } from "./dom.js";
import { mountHotkeys } from "./hotkeys.js";
import { mountMicrophones } from "./microphones.js";
import { mountModels } from "./models.js";
import { mountPacks } from "./packs.js";
import { panel } from "./panel.js";
import { text } from "./strings.js";
import { mountVoices } from "./voices.js";

export function mountSettings() {
  const form = byId("settings-form", HTMLFormElement);
  const voices = mountVoices();
  const packs = mountPacks();
  const models = mountModels();
  const microphones = mountMicrophones();
  const hotkeys = mountHotkeys((next, fault, focus) => change({ hotkeys: next }, fault, focus));
  const frame = panel("settings", () => {
    void voices.list();
    microphones.list();
  });
  /** What Rust has accepted, and what was asked for since. @type {Settings} */
  let accepted;
  /** @type {Settings} */
  let wanted;
  /** @type {Pack[]} */
  let known = [];

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => showAmounts(form));
  form.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement) || target.name === "") return;
    const fault = only(target.closest("fieldset") ?? form, ".fault", HTMLElement);
    if (target.checkValidity()) change({ [target.name]: valueOf(target) }, fault, () => target.focus());
    else fault.textContent = target.validationMessage;
  });

  /** @param {Partial<Settings>} part @param {HTMLElement} fault @param {() => void} focus */
  async function change(part, fault, focus) {
    const asked = (wanted = { ...wanted, ...part });
    if (await attempt({ kind: "change_settings", settings: asked }, fault)) {
      accepted = asked;
      return;
    }
    show(accepted);
    focus();
  }

  /** @param {Settings} settings */
  function show(settings) {
    accepted = wanted = settings;
    voices.choose(settings.voice);
    models.show(known, settings.pack);
    microphones.choose(settings.microphone);
    fill(form, settings);
    showAmounts(form);
    hotkeys.show(settings.hotkeys);
  }

  return {
    show,
    showVoices: (/** @type {Voice[]} */ list) => voices.show(list, wanted.voice),
    showMicrophones: (/** @type {string[]} */ names) => microphones.show(names, wanted.microphone),
    showPacks(/** @type {Pack[]} */ list) {
      known = list;
      packs.show(list);
      models.show(list, wanted.pack);
    },
    open: frame.open,
  };
}

/**
 * @param {HTMLInputElement | HTMLSelectElement} field
 * @returns {string | number | boolean}
 */
function valueOf(field) {
  if (field.type === "checkbox") return /** @type {HTMLInputElement} */ (field).checked;
  return field.type === "range" || field.type === "number" ? Number(field.value) : field.value;
}

/**
 * Fields carry the names of the settings.
 * @param {HTMLFormElement} form
 * @param {Settings} settings
 */
function fill(form, settings) {
  for (const [name, value] of Object.entries(settings)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = value === true;
    else if (
      field instanceof RadioNodeList ||
      field instanceof HTMLInputElement ||
      field instanceof HTMLSelectElement
    ) {
      field.value = String(value);
    }
  }
}

/** Sliders say their value as a percentage. @param {HTMLFormElement} form */
function showAmounts(form) {
  for (const slider of form.querySelectorAll("input[type=range]")) {
    if (!(slider instanceof HTMLInputElement)) continue;
    const words = text("ui.settings.percent", { percent: Math.round(Number(slider.value) * 100) });
    slider.setAttribute("aria-valuetext", words);
    only(form, `output[for=${slider.id}]`, HTMLOutputElement).textContent = words;
  }
}
