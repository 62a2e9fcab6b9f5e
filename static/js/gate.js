// Sign-in pages: says when a passkey did not work, and lets a code go as soon as its six digits are there.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("passkey-problem");
  if (problem) problem.hidden = false;
  document.getElementById("id_code")?.focus();
});

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches("input.is-code")) return;
  const digits = field.value.replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x660)).replace(/\s/g, "");
  if (digits !== field.value) field.value = digits;
});
