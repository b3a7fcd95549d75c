// The platform's own elements; in the page each is called wx-<name>.

export const ELEMENTS = new Set([
  'button', 'camera', 'canvas', 'checkbox', 'checkbox-group', 'cover-image', 'cover-view', 'form', 'icon', 'image', 'input', 'label', 'map',
  'movable-area', 'movable-view', 'navigator', 'page-container', 'page-meta', 'picker', 'picker-view', 'picker-view-column', 'progress',
  'radio', 'radio-group', 'rich-text', 'root-portal', 'scroll-view', 'slider', 'swiper', 'swiper-item', 'switch', 'text', 'textarea', 'video',
  'view', 'web-view',
])
