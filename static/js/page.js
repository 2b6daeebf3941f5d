// What every page does a little better with scripts on. Nothing here is needed to use a page.

/** Bring the reader to what is wrong, also in browsers that ignore `autofocus` on a box. */
const summary = document.querySelector(".error-summary");
if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    const control = target.matches("fieldset") ? target.querySelector("input, select, textarea") : target;
    event.preventDefault();
    (control ?? target).focus({ preventScroll: true });
    target.scrollIntoView({ block: "center" });
  });
}

/** Count what is left in a text field, by code points as the server counts. */
for (const count of document.querySelectorAll("[data-count-for]")) {
  const field = document.getElementById(count.dataset.countFor);
  const atMost = Number(count.dataset.atMost);
  const say = () => {
    const left = atMost - [...field.value.replace(/\n/g, "\r\n")].length;
    const words = left < 0 ? count.dataset.over : count.dataset.left;
    count.textContent = words.replace("{n}", Math.abs(left));
    count.classList.toggle("over", left < 0);
  };
  field.addEventListener("input", say);
  if (field.value) say();
}

/** Who signs out leaves nothing that was typed on this device (see autosave.js). */
addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.getAttribute("action")?.includes("/account/logout")) return;
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("dtt:unsent:")) localStorage.removeItem(key);
    }
  } catch {
    // Storage is forbidden, so nothing is there.
  }
});

/** One submission for one press. Coming back with the "back" button frees the form again. */
for (const form of document.querySelectorAll("form[data-once]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => { sent = false; });
}
