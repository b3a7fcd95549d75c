"""The official account: menus, scene codes, followers, templates, service messages, web sign-in."""
