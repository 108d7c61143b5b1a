// @ts-check
// ReDoc over our own description. Its menu wants a logo from another host: that picture never gets an address.

const image = HTMLImageElement.prototype;
const source = Object.getOwnPropertyDescriptor(image, 'src');
const { setAttribute } = image;

/** @param {string} address */
const isOurs = (address) => new URL(address, location.href).origin === location.origin;

Object.defineProperty(image, 'src', {
  ...source,
  set(address) {
    if (isOurs(address)) source?.set?.call(this, address);
  },
});
image.setAttribute = function setLocal(name, value) {
  if (name === 'src' && !isOurs(value)) this.hidden = true;
  else setAttribute.call(this, name, value);
};

// @ts-ignore - the bundle of the page
window.Redoc.init('/openapi.json', { nativeScrollbars: true }, document.getElementById('redoc'));
