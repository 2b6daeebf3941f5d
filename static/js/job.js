// Keep the bar of a long piece of work fresh, and show the page anew when the work is over.
// With scripts off the page asks for itself every few seconds.

const EVERY = 1000;
const AFTER_A_FAILURE = 5000;

async function watch(part) {
  const bar = part.querySelector("progress");
  const says = part.querySelector("[data-says]");
  let wait = EVERY;
  try {
    const answer = await fetch(part.dataset.job, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const job = await answer.json();
    if (!job.open) {
      location.reload();
      return;
    }
    if (job.total) bar.value = job.percent;
    if (says.textContent !== job.text) says.textContent = job.text;
  } catch {
    wait = AFTER_A_FAILURE; // The network is away: ask less often, and go on when it is back.
  }
  setTimeout(watch, wait, part);
}

for (const part of document.querySelectorAll("[data-job]")) setTimeout(watch, EVERY, part);
