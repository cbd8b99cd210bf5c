// The picture that questions are about.
/** @import { Entry } from "./contract" */
import { byId } from "./dom.js";
import { text } from "./strings.js";

export function mountPicture() {
  const figure = byId("picture-figure", HTMLElement);
  const image = byId("picture-image", HTMLImageElement);
  const name = byId("picture-name", HTMLElement);
  const none = byId("picture-none", HTMLElement);

  return {
    /** @param {Entry | undefined} entry */
    show(entry) {
      figure.hidden = !entry;
      none.hidden = entry !== undefined;
      if (!entry) return;
      name.textContent = entry.name;
      image.hidden = entry.picture === null;
      image.alt = entry.sentences[0] ?? text("ui.picture.unknown");
      if (entry.picture !== null) image.src = entry.picture;
    },
  };
}
