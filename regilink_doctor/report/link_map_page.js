
const form = document.querySelector('form'), count = document.getElementById('count');
const entries = [...document.querySelectorAll('details.entry')].map(node => ({
  node, text: node.textContent.toLowerCase(), registry: node.dataset.registry,
  codes: node.dataset.codes.split(' '), owners: node.dataset.owners.split(' ') }));
const sections = [...document.querySelectorAll('section')];
function filter() {
  const words = form.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const { registry, problem, owner } = form;
  let shown = 0;
  for (const entry of entries) {
    const fits = words.every(word => entry.text.includes(word)) &&
      (!registry.value || entry.registry === registry.value) &&
      (!problem.value || (problem.value === 'any' ? entry.codes[0] !== '' : entry.codes.includes(problem.value))) &&
      (!owner.value || entry.owners.includes(owner.value));
    entry.node.hidden = !fits;
    shown += fits;
  }
  for (const section of sections) section.hidden = !section.querySelector('details.entry:not([hidden])');
  count.textContent = count.dataset.words.replace('{shown}', shown).replace('{total}', entries.length);
}
form.hidden = false;
form.addEventListener('input', filter);
form.addEventListener('submit', event => event.preventDefault());
filter();
