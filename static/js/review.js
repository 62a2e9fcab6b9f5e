/* The review page: words selected in the text become the quote of a remark; the seal says how many questions are left. */

const quote = document.querySelector("[data-quote]");
document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  const within = selection.anchorNode?.parentElement?.closest("[data-quotable]");
  const words = String(selection).trim();
  if (quote && within && words) quote.value = words.slice(0, 300);
});

const form = document.querySelector("[data-signing]");
const button = document.querySelector("[data-sign]");
const left = document.querySelector("[data-left]");

function questions() {
  return [...form.querySelectorAll("[data-questions]:not([hidden]) input[type=checkbox]")];
}

function tell() {
  const open = questions().filter((box) => !box.checked).length;
  if (open) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
  left.textContent = open > 1 ? left.dataset.many.replace("#", open) : open ? left.dataset.one : "";
}

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-gate]")) {
      for (const set of form.querySelectorAll("[data-questions]")) {
        set.hidden = set.disabled = set.dataset.questions !== event.target.value;
      }
    }
    tell();
  });
  tell();
}
