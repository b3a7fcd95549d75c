"use strict";exports.hasRegionPicker=!1,exports.hasRegionPicker=!0;
