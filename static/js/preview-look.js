/* Previews in the light or in the dark, as a reader of the network may have them; at first as this page is. */

const DARK = matchMedia("(prefers-color-scheme: dark)");
const themed = document.documentElement.dataset.theme;
let look = themed || (DARK.matches ? "dark" : "light");

let isChosen = false;

function show() {
  if (isChosen) document.querySelectorAll("[data-preview]").forEach((place) => (place.dataset.look = look));
  document.querySelectorAll("[data-look-as]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.lookAs === look));
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-look-as]");
  if (!button) return;
  look = button.dataset.lookAs;
  isChosen = true;
  show();
});

document.addEventListener("sheet:changed", show, true); /* the sheet may have been laid anew */
document.documentElement.classList.add("has-looks");
show();
