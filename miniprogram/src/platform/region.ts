/** Whether the platform brings a wheel of provinces, cities and counties. */
export let hasRegionPicker = false
// #ifdef MP-WEIXIN
hasRegionPicker = true
// #endif
