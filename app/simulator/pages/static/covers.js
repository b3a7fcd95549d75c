// The listing: show what fits the words, and open it.

const filter = document.querySelector('#filter');

filter.addEventListener('input', () => {
  const words = filter.value.trim().toLowerCase();
  for (const product of document.querySelectorAll('.product')) {
    let fits = 0;
    for (const call of product.querySelectorAll('.call')) {
      call.hidden = words !== '' && !call.textContent.toLowerCase().includes(words);
      fits += call.hidden ? 0 : 1;
    }
    product.hidden = fits === 0;
    product.open = words !== '' && fits > 0;
  }
  for (const area of document.querySelectorAll('.area')) area.hidden = !area.querySelector('.product:not([hidden])');
});
