"""Tools that put Kabao on a machine. The app never imports them."""
