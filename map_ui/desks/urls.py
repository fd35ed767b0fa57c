"""Addresses of desks, cases and overviews."""

from django.urls import path

from map_ui.desks import views, watch

urlpatterns = [
    path("desk/", views.desk, name="desk"),
    path("cases/<str:code>/", views.case, name="case"),
    path("cases/<str:code>/move", views.move_case, name="case-move"),
    path("cases/<str:code>/applicant", views.reveal_applicant, name="case-reveal"),
    path("cases/<str:code>/papers", views.add_paper, name="case-add-paper"),
    path("cases/<str:code>/papers/<int:pk>", views.document, name="document"),
    path("cases/<str:code>/photos/<int:pk>", views.photo, name="case-photo"),
    path("overview/", watch.overview, name="overview"),
    path("audit/", watch.audit_book, name="audit-book"),
    path("administration/", watch.administration, name="administration"),
]
