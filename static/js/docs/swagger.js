// @ts-check
// Swagger UI over our own description; writes from this page carry the CSRF token of a signed-in browser.

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/** @param {string} name */
function cookie(name) {
  const found = document.cookie.split('; ').find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : '';
}

/** @param {{method?: string, headers: Record<string, string>}} request */
function withCSRFToken(request) {
  const token = cookie('csrftoken');
  if (token && !SAFE.includes(request.method ?? 'GET')) request.headers['X-CSRFToken'] = token;
  return request;
}

// @ts-ignore - the bundle of the page
const { SwaggerUIBundle } = window;
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: withCSRFToken,
});
