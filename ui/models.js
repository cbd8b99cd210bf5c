// The models that can describe and answer: the packs that are here, and what else is in use.
/** @import { Pack } from "./contract" */
import { byId } from "./dom.js";

export function mountModels() {
  const select = byId("settings-pack", HTMLSelectElement);
  return {
    /** @param {Pack[]} packs @param {string} chosen the name of a pack, or a folder */
    show(packs, chosen) {
      const here = packs.filter(
        ({ describes, presence }) => describes && (presence === "here" || presence === "built_in"),
      );
      const options = here.map(({ name, title }) => new Option(title, name));
      // A folder, or a pack that is gone: it stands there nevertheless, for it is what is set.
      if (!here.some(({ name }) => name === chosen)) options.push(new Option(chosen, chosen));
      select.replaceChildren(...options);
      select.value = chosen;
    },
  };
}
