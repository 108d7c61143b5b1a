// @ts-check
// ReDoc over our own description. Its footer wants a logo from another host: it is taken out before it is drawn.

const container = document.getElementById('redoc');

new MutationObserver(() => {
  for (const image of document.querySelectorAll('img[src^="https://cdn.redoc.ly"]')) image.remove();
}).observe(document.body, { childList: true, subtree: true });

// @ts-ignore - the bundle of the page
window.Redoc.init('/openapi.json', { nativeScrollbars: true, hideDownloadButton: false, sortPropsAlphabetically: false }, container);
