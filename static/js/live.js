// Keep a part of a page fresh: <div id="x" data-live="/address" data-every="3">…</div>
// The address answers with the new inside of the part; status 286 says that nothing more will come.
// With scripts off the page still tells the state at the time it was loaded.

const NOTHING_MORE = 286;

async function refresh(part) {
  let wait = Number(part.dataset.every ?? 3) * 1000;
  try {
    const answer = await fetch(part.dataset.live, { headers: { "X-Requested-With": "fetch" } });
    if (answer.ok) part.innerHTML = await answer.text();
    if (answer.status === NOTHING_MORE) return;
  } catch {
    wait *= 4; // The network is away: ask less often, and go on when it is back.
  }
  setTimeout(refresh, wait, part);
}

for (const part of document.querySelectorAll("[data-live]")) {
  setTimeout(refresh, Number(part.dataset.every ?? 3) * 1000, part);
}
