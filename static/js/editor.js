/* The editor page: the sheet, its saving, its measuring and its dialogs, put together. */

import { ask, LineDropped, Refused, SignInEnded } from "./editor-asking.js";
import { Conflict } from "./editor-conflict.js";
import { Copies } from "./editor-copies.js";
import { PictureDialog, SourceDialog, VerseDialog } from "./editor-inserting.js";
import { Measuring } from "./editor-measuring.js";
import { Saving } from "./editor-saving.js";
import { Sheet } from "./editor-sheet.js";
import { Status } from "./editor-status.js";

const form = document.getElementById("sheet");
const words = JSON.parse(document.getElementById("editor-words").textContent);
const expired = document.getElementById("expired");

const sheet = new Sheet(form);
const copies = new Copies(form.dataset.content, form.dataset.user);
const status = new Status(document.querySelector("[data-saved]"), words);
const measuring = new Measuring({ form, sheet, stale: (is) => form.classList.toggle("is-stale", is) });
const conflict = new Conflict({ copies, words, lay, goOn: (version, isTheirs) => saving.resume(version, isTheirs ? sheet.text() : "") });
const saving = new Saving({ form, sheet, copies, shown: status, stops: { signIn, conflict: (answer) => conflict.open(answer, sheet.read()) } });

function signIn() {
  if (!expired.open) expired.showModal();
}
expired.addEventListener("close", () => {
  if (saving.isStopped && !conflict.isOpen) saving.resume();
});

/* Lay a whole document on the sheet: the server draws it, so that verses come from the installed text. */
async function lay(written) {
  const answer = await ask(form.dataset.lay, { document: written });
  form.querySelector("[data-laid]").innerHTML = answer.html;
  sheet.changed();
}

/* What is too long becomes a thread: the server cuts it, and the author moves the borders. */
async function makeThread(event, panel) {
  event.preventDefault();
  try {
    const answer = await ask(form.dataset.cut, { document: sheet.read(), variant: Number(panel.dataset.variant) });
    sheet.layOwn(panel, answer.html);
    panel.querySelector("[data-own]").focus();
  } catch (error) {
    if (error instanceof SignInEnded) return signIn();
    if (!(error instanceof LineDropped || error instanceof Refused)) throw error;
    status.refused(error instanceof Refused ? error.message : words.dropped);
  }
  return undefined;
}

form.addEventListener("input", () => sheet.changed());
form.addEventListener("sheet:changed", () => {
  saving.touched();
  measuring.touched();
});
form.addEventListener("sheet:saved", (event) => {
  if (event.detail.voided.length) measuring.measure(); /* what was signed is a draft again, and may be submitted */
  if (!event.detail.held) return;
  const notice = document.getElementById("held-by-edit");
  notice.querySelector("[data-held]").innerHTML = event.detail.held;
  notice.hidden = false;
});
form.addEventListener("focusout", () => saving.save());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  saving.save();
});
form.addEventListener("change", (event) => {
  if (!event.target.matches("[data-own], [data-follows]")) return;
  const panel = event.target.closest("[data-variant]");
  if (panel.querySelector("[data-own]").checked) sheet.startOwn(panel);
  else sheet.showOwn(panel);
  sheet.changed();
});
form.addEventListener("click", (event) => {
  const plate = event.target.closest("[data-crop]");
  if (plate) sheet.pointAt(plate, event);
  const button = event.target.closest("button:is([data-act], [data-drop-media], [data-drop-source], [data-open], [data-break], [data-thread])");
  if (!button) return;
  const panel = button.closest("[data-variant]");
  if ("thread" in button.dataset) makeThread(event, panel);
  else if ("break" in button.dataset) sheet.insertBreak(panel);
  else if (button.dataset.act) sheet.act(button);
  else if (button.dataset.open) dialogs[button.dataset.open].open();
  else if ("dropSource" in button.dataset) sheet.dropSource(button);
  else {
    button.closest("[data-media]").remove();
    sheet.changed();
  }
});

const verses = new VerseDialog(document.getElementById("verse-dialog"), words, signIn, (html) => sheet.insertLocked(html));
const pictures = new PictureDialog(document.getElementById("picture-dialog"), words, signIn, (answer) => {
  for (const [id, html] of Object.entries(answer.variants)) {
    form.querySelector(`[data-variant="${id}"] [data-pictures]`)?.insertAdjacentHTML("beforeend", html);
  }
  sheet.changed();
});

const sources = new SourceDialog(document.getElementById("source-dialog"), words, signIn, (answer) => sheet.addSource(answer));
const dialogs = { verse: verses, picture: pictures, source: sources };

/* What acts on the saved text (submitting, adding a channel) first saves what was typed. */
document.querySelectorAll("form[data-after-saving]").forEach((other) =>
  other.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (button?.getAttribute("aria-disabled") === "true") return event.preventDefault();
    if (!saving.isDirty && !saving.running) return undefined;
    event.preventDefault();
    await saving.save();
    if (!saving.isDirty) other.requestSubmit(button);
    return undefined;
  }),
);

window.addEventListener("beforeunload", (event) => {
  if (saving.isDirty) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden" || !saving.isDirty) return;
  copies.put(sheet.text(), saving.version);
  saving.save({ leaving: true });
});

document.documentElement.classList.add("has-script");
sheet.grown();
conflict.showKept();
offerCopy();

/* After a crash or a closed window: the browser still has words that the server never confirmed. */
function offerCopy() {
  const copy = copies.get();
  const notice = document.getElementById("browser-copy");
  if (!copy || copy.text === saving.saved) return copies.clear();
  notice.hidden = false;
  notice.querySelector("[data-at]").textContent = status.time(copy.at);
  notice.querySelector("[data-bring]").addEventListener("click", async () => {
    notice.hidden = true;
    const mine = JSON.parse(copy.text);
    if (copy.version !== saving.version) return conflict.open({ document: sheet.read(), version: saving.version, by: "" }, mine);
    return lay(mine);
  });
  notice.querySelector("[data-forget]").addEventListener("click", () => {
    notice.hidden = true;
    copies.clear();
  });
  return undefined;
}
