/* Saving: to the browser at once, to the server after a pause. Nothing typed depends on the line or the sign-in. */

import { ask, LineDropped, Refused, SignInEnded } from "./editor-asking.js";

const PAUSE = 1500;
const RETRY = 10000;

export class Saving {
  /* `shown` has saved/writing/saving/dropped/refused; `stops` has signIn/conflict, which halt saving until resume(). */
  constructor({ form, sheet, copies, shown, stops }) {
    Object.assign(this, { form, sheet, copies, shown, stops });
    this.version = Number(form.dataset.version);
    this.saved = sheet.text();
    this.isStopped = false;
    this.running = null;
    window.addEventListener("online", () => this.save());
  }

  get isDirty() {
    return this.sheet.text() !== this.saved;
  }

  touched() {
    const text = this.sheet.text();
    if (text === this.saved) return;
    this.hasCopy = this.copies.put(text, this.version);
    if (!this.isStopped) this.shown.writing();
    this.#later(PAUSE);
  }

  #later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  /* Ends when everything typed until now is saved, or saving was refused or stopped. */
  async save({ leaving = false } = {}) {
    while (this.running) await this.running; /* of several that waited one goes first, the others wait again */
    if (this.isStopped || !this.isDirty) return;
    clearTimeout(this.timer);
    this.running = this.#send(leaving).finally(() => (this.running = null));
    await this.running;
  }

  async #send(leaving) {
    const text = this.sheet.text();
    this.shown.saving();
    try {
      const body = { document: JSON.parse(text), base_version: this.version, user: Number(this.form.dataset.user) };
      this.#confirmed(text, await ask(this.form.dataset.save, body, { keepalive: leaving && text.length < 60000 }));
    } catch (error) {
      this.#failed(error);
    }
  }

  #confirmed(text, answer) {
    this.version = answer.version;
    this.saved = text;
    this.form.querySelectorAll("[data-version-field]").forEach((field) => (field.value = answer.version));
    document.querySelectorAll("form [name=base_version]").forEach((field) => (field.value = answer.version));
    if (this.isDirty) {
      this.copies.put(this.sheet.text(), this.version);
      this.#later(PAUSE);
    } else {
      this.copies.clear();
    }
    this.shown.saved(answer.at);
    this.form.dispatchEvent(new CustomEvent("sheet:saved", { detail: answer }));
  }

  #failed(error) {
    if (error instanceof LineDropped) {
      this.shown.dropped(this.hasCopy !== false);
      this.#later(RETRY);
    } else if (error instanceof SignInEnded) {
      this.#stop(() => this.stops.signIn());
    } else if (error instanceof Refused && error.status === 409) {
      this.#stop(() => this.stops.conflict(error.answer));
    } else if (error instanceof Refused) {
      this.shown.refused(error.message);
    } else {
      throw error;
    }
  }

  #stop(then) {
    this.isStopped = true;
    this.shown.dropped(this.hasCopy !== false);
    then();
  }

  /* Go on after a stop; `version` is the server's version that what is on the page now builds upon. */
  resume(version = this.version, saved = this.saved) {
    this.version = version;
    this.saved = saved;
    this.isStopped = false;
    return this.save();
  }
}
