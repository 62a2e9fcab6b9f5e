/* Counts, previews and checks: the server measures what stands on the sheet; this only asks and shows the answer. */

import { ask, LineDropped, Refused, SignInEnded } from "./editor-asking.js";

const PAUSE = 450;

export class Measuring {
  constructor({ form, sheet, stale }) {
    Object.assign(this, { form, sheet, stale });
    this.asked = 0;
  }

  touched() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.measure(), PAUSE);
  }

  async measure() {
    const turn = ++this.asked;
    let answer;
    try {
      answer = await ask(this.form.dataset.measure, { document: this.sheet.read() });
    } catch (error) {
      if (!(error instanceof LineDropped || error instanceof SignInEnded || error instanceof Refused)) throw error;
      this.stale(true); /* the figures on the page are of an earlier text: say so rather than show them as true */
      return;
    }
    if (turn !== this.asked) return; /* an older answer, overtaken */
    this.stale(false);
    this.#show(answer);
  }

  #show(answer) {
    for (const [id, shown] of Object.entries(answer.variants)) {
      fill(`[data-count="${id}"]`, shown.count);
      fill(`[data-meter="${id}"]`, shown.meter);
      fill(`[data-preview="${id}"]`, shown.preview);
      document.querySelector(`[data-count="${id}"]`)?.classList.toggle("is-over", shown.is_over);
      for (const [media, frame] of Object.entries(shown.frames)) {
        document.querySelector(`[data-variant="${id}"] [data-media="${media}"] [data-frame]`)?.setAttribute("d", frame);
      }
      document.querySelector(`[data-variant="${id}"] [data-blocks]`)?.classList.toggle("is-over", shown.is_over);
    }
    fill("[data-checks]", answer.checks);
    fill("[data-tally]", answer.tally);
    document.querySelectorAll("[data-submit]").forEach((button) => {
      if (answer.can_submit) button.removeAttribute("aria-disabled");
      else button.setAttribute("aria-disabled", "true");
    });
    document.querySelectorAll("[data-why]").forEach((place) => (place.textContent = answer.why));
  }
}

function fill(selector, html) {
  document.querySelectorAll(selector).forEach((place) => {
    if (place.dataset.shown === html) return;
    const open = place.querySelector("details[open]") !== null;
    place.innerHTML = html;
    place.dataset.shown = html;
    if (open) place.querySelector("details")?.setAttribute("open", "");
  });
}
