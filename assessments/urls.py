from django.urls import path

from assessments import views

app_name = "assessments"

urlpatterns = [
    path("assessment/", views.assessment_start, name="assessment_start"),
    path("assessment/<slug:slug>/<int:number>/", views.assessment_page, name="assessment_page"),
    path("results/", views.result_detail, name="result_detail"),
    path("results/aside/", views.result_put_aside, name="result_put_aside"),
    path("results/code/", views.result_code, name="result_code"),
    path("results/resume/", views.result_resume, name="result_resume"),
    path("results/done/", views.result_done, name="result_done"),
]
