"""All addresses of the platform, floor by floor."""

urlpatterns = []
